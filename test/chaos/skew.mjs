// Loaded into a runner before its program: changes its clock by CHAOS_SKEW_MS.
const skewMs = Number(process.env.CHAOS_SKEW_MS ?? 0);
const Real = Date;
globalThis.Date = class extends Real {
  constructor(...parts) {
    if (parts.length === 0) super(Real.now() + skewMs);
    else super(...parts);
  }
  static now() {
    return Real.now() + skewMs;
  }
};

// Loaded into a runner before its program: changes its clock by CHAOS_SKEW_MS, from CHAOS_JUMP_AFTER_MS after its start.
const skewMs = Number(process.env.CHAOS_SKEW_MS ?? 0);
const afterMs = Number(process.env.CHAOS_JUMP_AFTER_MS ?? 0);
const Real = Date;
const now = () => Real.now() + (performance.now() >= afterMs ? skewMs : 0);
globalThis.Date = class extends Real {
  constructor(...parts) {
    if (parts.length === 0) super(now());
    else super(...parts);
  }
  static now() {
    return now();
  }
};

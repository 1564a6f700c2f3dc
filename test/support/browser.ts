import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { findPeer } from "./peers.ts";

/** A page in a browser, after its charts were drawn. */
export interface Rendered {
  /** The HTML of the page, with the charts as SVG. */
  readonly dom: string;
  /** The visible text, without markup. */
  readonly text: string;
}

/** Renders GitHub's Markdown and its charts. Also writes a screenshot if a file is given. */
export type Render = (markdown: string, screenshot?: string) => Promise<Rendered>;

/** Renders with a real browser without a window. Undefined if it is not installed; a line reports the skipped tests then. */
export async function browser(): Promise<Render | undefined> {
  const [chromium, mermaid, marked] = [findPeer("chromium"), findPeer("mermaid"), findPeer("marked")];
  if (chromium === undefined || mermaid === undefined || marked === undefined) return undefined;
  const { parse } = (await import(pathToFileURL(marked).href)) as { readonly parse: (markdown: string, options: object) => string };
  return async (markdown, screenshot) => {
    const folder = await mkdtemp(join(tmpdir(), "offshoot-page-"));
    try {
      const page = join(folder, "page.html");
      await writeFile(page, document(parse(markdown, { gfm: true, async: false }), pathToFileURL(mermaid).href));
      const flags = [...FLAGS, `--user-data-dir=${join(folder, "profile")}`];
      const runBrowser = async (...more: readonly string[]): Promise<string> =>
        (
          await promisify(execFile)(chromium, [...flags, ...more, pathToFileURL(page).href], {
            maxBuffer: 2 ** 26,
            timeout: 30_000,
            killSignal: "SIGKILL",
          })
        ).stdout;
      const dom = await runBrowser("--dump-dom");
      if (screenshot !== undefined) await runBrowser("--window-size=960,1400", `--screenshot=${screenshot}`);
      const text = /<pre id="seen"[^>]*>([^]*?)<\/pre>/.exec(dom)?.[1] ?? "";
      return {
        dom: /<main>([^]*)<\/main>/.exec(dom)?.[1] ?? "",
        text: text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"),
      };
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  };
}

/** Without a sandbox, because tests can run as root, and without background requests, because tests can run offline. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--hide-scrollbars",
  // The browser waits for the charts, which are drawn some time after the page was loaded.
  "--virtual-time-budget=20000",
];

/** The page as HTML. Code blocks of Mermaid become charts, as on GitHub. Errors of Mermaid become text, so that tests find them. */
function document(html: string, mermaid: string): string {
  const charts = html.replaceAll(/<pre><code class="language-mermaid">([^]*?)<\/code><\/pre>/g, '<pre class="mermaid">$1</pre>');
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><main>${charts}</main><pre id="seen" hidden></pre>
<script src="${mermaid}"></script>
<script>
  mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });
  mermaid.run().catch((thrown) => document.querySelector("main").append("CHART FAILED: " + thrown.message)).finally(() => {
    document.querySelectorAll("details").forEach((each) => (each.open = true));
    document.getElementById("seen").textContent = document.querySelector("main").innerText;
  });
</script>`;
}

const STYLE = `
  body { font: 14px/1.5 -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; margin: 24px; max-width: 900px; color: #1f2328 }
  table { border-collapse: collapse } td, th { border: 1px solid #d1d9e0; padding: 6px 13px }
  code, pre { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; background: #f6f8fa } pre { padding: 12px } pre.mermaid { background: none }`;

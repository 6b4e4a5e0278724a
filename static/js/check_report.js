// What the host gets to see under the code. No picture, no name, no address of the visitor.
import { language } from "./i18n.js";

export function reportOf({ lines, paths, verdict, version }) {
  return {
    made: new Date().toISOString(),
    verdict: verdict.code,
    title: verdict.title,
    next: verdict.next,
    version,
    language,
    browser: navigator.userAgent,
    lines: lines.all(),
    paths: [paths.direct, ...paths.relays].filter(Boolean).map((path) => path.report()),
    facts: {
      secure: window.isSecureContext,
      online: navigator.onLine,
      network: navigator.connection?.effectiveType ?? null,
      cores: navigator.hardwareConcurrency ?? null,
    },
  };
}

/** Resolves with the code; rejects with the server's sentence. */
export async function sendReport(url, csrf, report) {
  const answer = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": csrf }, body: JSON.stringify(report) });
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(content.message ?? "");
  return content.code;
}

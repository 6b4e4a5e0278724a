// What a processor's trouble is called. Workers know no visitor's language and send English sentences with a code.
import { gettext, language } from "./i18n.js";

export function troubleWords({ code, message }) {
  if (!message || language.startsWith("en")) return message;
  return byCode()[code] ?? ownSentences().get(message) ?? message;
}

function byCode() {
  const unusable = gettext("The processor gave back something unusable. The host finds the reason in the log.");
  return {
    processor_unavailable: gettext("The processor is not available here."),
    bad_declaration: gettext("The processor is not written correctly. The host finds the reason in the log."),
    load_failed: gettext("The processor could not be loaded. The host finds the reason in the log."),
    start_failed: gettext("The processor could not be started. The host finds the reason in the log."),
    process_failed: gettext("The processor could not process this picture. The host finds the reason in the log."),
    output_failed: gettext("The processor works, but what it gives cannot be sent. The host finds the reason in the log."),
    too_many_errors: gettext("The processor was stopped because it failed again and again. The host finds the reason in the log."),
    internal: gettext("The processor was stopped by an internal error."),
    wrong_output: unusable,
    wrong_picture: unusable,
    wrong_samples: unusable,
    wrong_data: unusable,
  };
}

/** What built-in processors say themselves. Sentences of other processors show as their authors wrote them. */
function ownSentences() {
  return new Map([
    ["Your picture cannot be read. Choose a PNG or JPEG of at most 40 megapixels.", gettext("Your picture cannot be read. Choose a PNG or JPEG of at most 40 megapixels.")],
    ["Your style picture cannot be read. Choose a PNG or JPEG of at most 40 megapixels.", gettext("Your style picture cannot be read. Choose a PNG or JPEG of at most 40 megapixels.")],
  ]);
}

// Where this browser keeps its permission switch: the one sentence that makes "allow it" doable.
import { gettext } from "./i18n.js";

export function whereToAllow(kind) {
  const agent = navigator.userAgent;
  const camera = kind !== "audio";
  if (/iPhone|iPad/.test(agent)) {
    return camera
      ? gettext("Tap the page menu beside the address, open Website Settings, set Camera to Allow, then Retry.")
      : gettext("Tap the page menu beside the address, open Website Settings, set Microphone to Allow, then Retry.");
  }
  if (/Firefox/.test(agent)) {
    return camera
      ? gettext("Click the crossed-out camera in the address bar, remove the block, then Retry.")
      : gettext("Click the crossed-out microphone in the address bar, remove the block, then Retry.");
  }
  if (/Safari/.test(agent) && !/Chrom/.test(agent)) {
    return camera
      ? gettext("Open Safari’s Settings for this website, set Camera to Allow, then Retry.")
      : gettext("Open Safari’s Settings for this website, set Microphone to Allow, then Retry.");
  }
  return camera
    ? gettext("Click the camera icon in the address bar, choose Allow, then Retry.")
    : gettext("Click the microphone icon in the address bar, choose Allow, then Retry.");
}

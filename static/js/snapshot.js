// The picture on the stage, with the boxes over it, as a PNG to keep.
export async function saveSnapshot(stage, slug) {
  const canvas = document.createElement("canvas");
  stage.drawTo(canvas);
  canvas.getContext("2d").drawImage(stage.overlay, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${slug}-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

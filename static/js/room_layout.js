// Where tiles go on the stage: numbers in, boxes out. A grid to 3×3, or one tile large with the others beside it.
const GAP = 8;
const MOST = 9;
const WIDEST = 1.6;
const NARROWEST = 4 / 3;
// Upright windows have room above and below a face.
const NARROWEST_UPRIGHT = 0.8;
const STRIP = { width: 208, height: 132 };
const STRIP_ON_PHONES = { width: 112, height: 84 };
const PHONE = 760;

/** How many fit on a page of the grid. */
export const perPage = MOST;

/** Boxes for `count` tiles of one page, each as large as can be; the last row stands in the middle. */
export function grid(count, width, height) {
  const columns = bestColumns(count, width, height);
  const rows = Math.ceil(count / columns);
  const size = tileSize(columns, rows, width, height);
  const top = (height - rows * size.height - (rows - 1) * GAP) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const left = (width - inRow * size.width - (inRow - 1) * GAP) / 2;
    return {
      left: left + (index - row * columns) * (size.width + GAP),
      top: top + row * (size.height + GAP),
      ...size,
    };
  });
}

/** The large box, and a strip beside it (below it, if upright) with room for `capacity` of `count` others. */
export function focus(count, width, height) {
  if (!count) return { large: { left: 0, top: 0, width, height }, strip: [], capacity: 1 };
  const small = width <= PHONE ? STRIP_ON_PHONES : STRIP;
  const isUpright = width < height;
  const [along, step] = isUpright ? [width, small.width] : [height, small.height];
  const capacity = Math.max(1, Math.floor((along + GAP) / (step + GAP)));
  const shown = Math.min(count, capacity);
  const large = isUpright
    ? { left: 0, top: 0, width, height: height - small.height - GAP }
    : { left: 0, top: 0, width: width - small.width - GAP, height };
  const start = (along - shown * step - (shown - 1) * GAP) / 2;
  const strip = Array.from({ length: shown }, (_, index) => {
    const offset = start + index * (step + GAP);
    const place = isUpright ? { left: offset, top: large.height + GAP } : { left: large.width + GAP, top: offset };
    return { ...place, ...small };
  });
  return { large, strip, capacity };
}

function bestColumns(count, width, height) {
  let best = { columns: 1, area: 0 };
  for (let columns = 1; columns <= Math.min(count, 3); columns += 1) {
    const rows = Math.ceil(count / columns);
    if (rows > 3) continue;
    const size = tileSize(columns, rows, width, height);
    if (size.width * size.height > best.area) best = { columns, area: size.width * size.height };
  }
  return best.area ? best.columns : 3;
}

/** The largest size of a pleasant shape that fits so many times into the stage. */
function tileSize(columns, rows, width, height) {
  const cell = { width: (width - (columns - 1) * GAP) / columns, height: (height - (rows - 1) * GAP) / rows };
  const narrowest = width < height ? NARROWEST_UPRIGHT : NARROWEST;
  const ratio = Math.min(WIDEST, Math.max(narrowest, cell.width / cell.height));
  const tileWidth = Math.max(1, Math.min(cell.width, cell.height * ratio));
  return { width: tileWidth, height: tileWidth / ratio };
}

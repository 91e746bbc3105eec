// Boxes that must not overlap, and weights inside a triangle.

/** Rectangles, in buckets by place. */
export class Boxes {
  constructor(size) {
    this.size = size;
    this.cells = new Map();
  }

  *keys([left, top, right, bottom]) {
    for (let x = Math.floor(left / this.size); x <= Math.floor(right / this.size); x++)
      for (let y = Math.floor(top / this.size); y <= Math.floor(bottom / this.size); y++) yield `${x} ${y}`;
  }

  hits(box) {
    for (const key of this.keys(box))
      for (const other of this.cells.get(key) ?? [])
        if (box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]) return true;
    return false;
  }

  add(box) {
    for (const key of this.keys(box)) {
      if (!this.cells.has(key)) this.cells.set(key, []);
      this.cells.get(key).push(box);
    }
  }
}

export function barycentric([x, y], [[ax, ay], [bx, by], [cx, cy]]) {
  const area = (by - cy) * (ax - cx) + (cx - bx) * (ay - cy);
  if (Math.abs(area) < 1e-12) return null;
  const a = ((by - cy) * (x - cx) + (cx - bx) * (y - cy)) / area, b = ((cy - ay) * (x - cx) + (ax - cx) * (y - cy)) / area;
  return [a, b, 1 - a - b];
}

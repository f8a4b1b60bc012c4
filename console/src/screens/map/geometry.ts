import type { View } from './renderer.js';

export interface Place {
  readonly x: number;
  readonly y: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** From pixels of the canvas to the map. */
export function toMap(pixel: Place, { width, height }: Size, view: View): Place {
  const half = (Math.min(width, height) / 2) * view.zoom;
  return { x: view.x + (pixel.x - width / 2) / half, y: view.y - (pixel.y - height / 2) / half };
}

/** From the map to pixels of the canvas. */
export function toPixel(place: Place, { width, height }: Size, view: View): Place {
  const half = (Math.min(width, height) / 2) * view.zoom;
  return { x: width / 2 + (place.x - view.x) * half, y: height / 2 - (place.y - view.y) * half };
}

const CELLS = 128;

/** Points by cells of a grid, to find the one under the pointer. */
export class PointGrid {
  private readonly cells = new Map<number, number[]>();

  constructor(private readonly placed: Float32Array) {
    for (let point = 0; point < placed.length / 2; point += 1) {
      const cell = cellOf(placed[point * 2] ?? 0, placed[point * 2 + 1] ?? 0);
      const points = this.cells.get(cell);
      if (points === undefined) this.cells.set(cell, [point]);
      else points.push(point);
    }
  }

  /** The point nearest to a place, within a distance; null: none is. */
  nearest({ x, y }: Place, within: number): number | null {
    let found: number | null = null;
    let best = within * within;
    const reach = Math.min(CELLS, Math.ceil((within * CELLS) / 2));
    for (let column = -reach; column <= reach; column += 1) {
      for (let row = -reach; row <= reach; row += 1) {
        const cell = cellOf(x + (column * 2) / CELLS, y + (row * 2) / CELLS);
        for (const point of this.cells.get(cell) ?? []) {
          const distance = ((this.placed[point * 2] ?? 0) - x) ** 2 + ((this.placed[point * 2 + 1] ?? 0) - y) ** 2;
          if (distance > best) continue;
          best = distance;
          found = point;
        }
      }
    }
    return found;
  }
}

function cellOf(x: number, y: number): number {
  return Math.floor(((x + 1) * CELLS) / 2) * 100_000 + Math.floor(((y + 1) * CELLS) / 2);
}

/** The points within a closed line. */
export function pointsWithin(placed: Float32Array, line: readonly Place[]): readonly number[] {
  const found: number[] = [];
  for (let point = 0; point < placed.length / 2; point += 1) {
    if (isWithin({ x: placed[point * 2] ?? 0, y: placed[point * 2 + 1] ?? 0 }, line)) found.push(point);
  }
  return found;
}

function isWithin({ x, y }: Place, line: readonly Place[]): boolean {
  let isInside = false;
  line.forEach((corner, index) => {
    const before = line[(index + line.length - 1) % line.length] ?? corner;
    if (corner.y > y !== before.y > y && x < ((before.x - corner.x) * (y - corner.y)) / (before.y - corner.y) + corner.x)
      isInside = !isInside;
  });
  return isInside;
}

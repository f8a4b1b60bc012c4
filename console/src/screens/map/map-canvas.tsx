import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { MapHeader } from '../../../../src/console/api/contract/streams.js';
import { Button, IconButton } from '../../parts/button.js';
import { count } from '../../state/format.js';
import { bytesOf, type Colouring } from './colours.js';
import { type Place, PointGrid, pointsWithin, toMap, toPixel } from './geometry.js';
import { PointRenderer, type View, WHOLE } from './renderer.js';

const NEAR_PIXELS = 10;
const MOST_ZOOM = 400;
/** Less than that is a click. */
const MOVED_PIXELS = 4;

interface MapCanvasProperties {
  readonly header: MapHeader;
  readonly placed: Float32Array | null;
  /** Of the placing, 0 to 1. */
  readonly progress: number;
  readonly colouring: Colouring;
  readonly lit: ReadonlySet<number> | null;
  readonly entry: number | null;
  readonly onOpen: (point: number) => void;
  readonly onPick: (points: readonly number[]) => void;
}

interface Drag {
  readonly from: Place;
  readonly view: View;
  readonly isLasso: boolean;
}

/** The points themselves: dragging moves, the wheel zooms, and a line drawn around points picks them. */
export function MapCanvas({ header, placed, progress, colouring, lit, entry, onOpen, onPick }: MapCanvasProperties): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [view, setView] = useState(WHOLE);
  const [isLasso, setLasso] = useState(false);
  const [line, setLine] = useState<readonly Place[]>([]);
  const [hovered, setHovered] = useState<number | null>(null);
  const drag = useRef<Drag | null>(null);
  const size = useSize(canvas);
  const failure = useDrawing(canvas, view, size, { header, placed, progress, colouring, lit, entry });
  const grid = useMemo(() => (placed === null ? null : new PointGrid(placed)), [placed]);

  const pixelOf = (event: MouseEvent): Place => {
    const box = canvas.current?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  };
  const pointAt = (pixel: Place): number | null => {
    const unit = (Math.min(size.width, size.height) / 2) * view.zoom;
    return grid?.nearest(toMap(pixel, size, view), NEAR_PIXELS / Math.max(1, unit)) ?? null;
  };
  const zoomAt = (pixel: Place, factor: number): void => {
    const zoom = Math.min(MOST_ZOOM, Math.max(0.5, view.zoom * factor));
    const fixed = toMap(pixel, size, view);
    const after = toMap(pixel, size, { ...view, zoom });
    setView({ zoom, x: view.x + fixed.x - after.x, y: view.y + fixed.y - after.y });
  };
  useWheel(canvas, (event) => zoomAt(pixelOf(event), Math.exp(-event.deltaY * 0.0015)));

  const onPointerDown = (event: PointerEvent): void => {
    canvas.current?.setPointerCapture(event.pointerId);
    const from = pixelOf(event);
    drag.current = { from, view, isLasso: isLasso || event.shiftKey };
    if (drag.current.isLasso) setLine([from]);
  };
  const onPointerMove = (event: PointerEvent): void => {
    const pixel = pixelOf(event);
    const held = drag.current;
    if (held === null) return setHovered(pointAt(pixel));
    if (held.isLasso) return setLine((before) => [...before, pixel]);
    const unit = (Math.min(size.width, size.height) / 2) * held.view.zoom;
    setView({ ...held.view, x: held.view.x - (pixel.x - held.from.x) / unit, y: held.view.y + (pixel.y - held.from.y) / unit });
  };
  const onPointerUp = (event: PointerEvent): void => {
    const held = drag.current;
    drag.current = null;
    if (held === null) return;
    const pixel = pixelOf(event);
    const hasMoved = Math.hypot(pixel.x - held.from.x, pixel.y - held.from.y) > MOVED_PIXELS;
    if (held.isLasso && placed !== null && line.length > 2) {
      onPick(
        pointsWithin(
          placed,
          line.map((one) => toMap(one, size, view)),
        ),
      );
      setLasso(false);
    }
    setLine([]);
    const point = hasMoved || held.isLasso ? null : pointAt(pixel);
    if (point !== null) onOpen(point);
  };
  const middle = { x: size.width / 2, y: size.height / 2 };
  return (
    <div class="map-canvas">
      <canvas
        ref={canvas}
        class={isLasso ? 'lasso' : ''}
        role="img"
        aria-label={`Map of ${count(header.count)} records; the table below has the same records`}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerLeave={() => setHovered(null)}
      />
      {line.length > 1 && (
        <svg class="lasso-line" aria-hidden="true">
          <polygon points={line.map(({ x, y }) => `${x},${y}`).join(' ')} />
        </svg>
      )}
      {hovered !== null && placed !== null && (
        <Hover
          header={header}
          point={hovered}
          at={toPixel({ x: placed[hovered * 2] ?? 0, y: placed[hovered * 2 + 1] ?? 0 }, size, view)}
        />
      )}
      {failure !== null && <p class="failure">{failure}</p>}
      <div class="map-tools">
        <Button
          icon="lasso"
          isPressed={isLasso}
          onClick={() => setLasso(!isLasso)}
          title="Draw around points; with Shift at any time"
        >
          Lasso
        </Button>
        <IconButton icon="plus" label="Zoom in" onClick={() => zoomAt(middle, 1.5)} />
        <IconButton icon="minus" label="Zoom out" onClick={() => zoomAt(middle, 1 / 1.5)} />
        <IconButton icon="refresh" label="Show all" onClick={() => setView(WHOLE)} />
      </div>
    </div>
  );
}

type Drawn = Pick<MapCanvasProperties, 'header' | 'placed' | 'progress' | 'colouring' | 'lit' | 'entry'>;

/** Draws when something changes; answers why nothing can be drawn, or null. */
function useDrawing(canvas: CanvasReference, view: View, size: Size, drawn: Drawn): string | null {
  const { header, placed, progress, colouring, lit, entry } = drawn;
  const renderer = useRef<PointRenderer | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    if (canvas.current === null) return;
    try {
      renderer.current = new PointRenderer(canvas.current);
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    }
    return () => renderer.current?.free();
  }, []);
  useEffect(() => {
    if (placed !== null) renderer.current?.setPlaces(placed);
  }, [placed]);
  useEffect(() => renderer.current?.setColours(bytesOf(colouring, header.count, lit, entry)), [colouring, header, lit, entry]);
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      if (placed === null || canvas.current === null) return;
      renderer.current?.draw(view);
      // tests and the curious see what is drawn
      canvas.current.dataset['drawn'] = String(header.count);
      canvas.current.dataset['placed'] = String(progress);
    });
    return () => cancelAnimationFrame(frame);
  }, [view, placed, progress, colouring, lit, entry, size, header]);
  return failure;
}

function Hover({ header, point, at }: { readonly header: MapHeader; readonly point: number; readonly at: Place }): JSX.Element {
  const colour = header.colors?.[point];
  return (
    <div class="hover" style={{ transform: `translate(${at.x + 12}px, ${at.y + 12}px)` }}>
      <strong>{header.ids[point]}</strong>
      {colour !== null && colour !== undefined && <span>{String(colour)}</span>}
    </div>
  );
}

interface CanvasReference {
  readonly current: HTMLCanvasElement | null;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function useSize(canvas: CanvasReference): Size {
  const [size, setSize] = useState({ width: 1, height: 1 });
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return size;
}

/** Of its own listener: a passive one could not keep the page from scrolling. */
function useWheel(canvas: CanvasReference, onWheel: (event: WheelEvent) => void): void {
  const latest = useRef(onWheel);
  latest.current = onWheel;
  useEffect(() => {
    const element = canvas.current;
    const listen = (event: WheelEvent): void => {
      event.preventDefault();
      latest.current(event);
    };
    element?.addEventListener('wheel', listen, { passive: false });
    return () => element?.removeEventListener('wheel', listen);
  }, []);
}

interface Gestures {
  pan: (dx: number, dy: number) => void;
  zoom: (factor: number, at: { x: number; y: number }) => void;
  click: (at: { x: number; y: number }) => void;
}

/** Mouse, touch, two fingers, and the wheel. @returns ends that */
export function listen(canvas: HTMLCanvasElement, { pan: onPan, zoom: onZoom, click }: Gestures): () => void {
  const pointers = new Map<number, { x: number; y: number }>();
  let moved = 0;
  const pointOf = (event: MouseEvent) => {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const stop = new AbortController();
  const on = <K extends keyof HTMLElementEventMap>(
    name: K,
    handle: (event: HTMLElementEventMap[K]) => void,
    passive = true,
  ) => canvas.addEventListener(name, handle, { signal: stop.signal, passive });
  on('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    if (pointers.size === 0) moved = 0;
    pointers.set(event.pointerId, pointOf(event));
  });
  on('pointermove', (event) => {
    const before = pointers.get(event.pointerId);
    if (before === undefined) return;
    const point = pointOf(event);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, point);
    moved += Math.hypot(point.x - before.x, point.y - before.y);
    if (other === undefined) return onPan(point.x - before.x, point.y - before.y);
    const spread =
      Math.hypot(point.x - other.x, point.y - other.y) /
      Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
    onZoom(spread, other);
  });
  on('pointerup', (event) => {
    if (pointers.size === 1 && moved < 5) click(pointOf(event));
    pointers.delete(event.pointerId);
  });
  on('pointercancel', (event) => pointers.delete(event.pointerId));
  // With Ctrl or two fingers on a touchpad only: a plain wheel scrolls the page.
  on(
    'wheel',
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      onZoom(2 ** (-event.deltaY / 100), pointOf(event));
    },
    false,
  );
  on('dblclick', (event) => onZoom(2, pointOf(event)));
  return () => stop.abort();
}

/** Where the map is looked at: the middle, and how much a unit is on the shorter side of the canvas. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export const WHOLE: View = { x: 0, y: 0, zoom: 1 };

const VERTEX = `#version 300 es
in vec2 place;
in vec4 colour;
uniform vec2 middle;
uniform vec2 scale;
uniform float size;
out vec4 tint;
void main() {
  gl_Position = vec4((place - middle) * scale, 0.0, 1.0);
  // what is lit is larger, and its alpha says so
  gl_PointSize = colour.a > 0.97 ? size * 1.8 : size;
  tint = colour;
}`;
const FRAGMENT = `#version 300 es
precision mediump float;
in vec4 tint;
out vec4 pixel;
void main() {
  float distance = length(gl_PointCoord - 0.5) * 2.0;
  float alpha = tint.a * (1.0 - smoothstep(0.75, 1.0, distance));
  if (alpha < 0.01) discard;
  pixel = vec4(tint.rgb * alpha, alpha);
}`;

/** Draws points with WebGL2. */
export class PointRenderer {
  private readonly gl: WebGL2RenderingContext;
  private readonly program: WebGLProgram;
  private readonly places: WebGLBuffer;
  private readonly colours: WebGLBuffer;
  private count = 0;

  /** @throws Error without WebGL2 */
  constructor(private readonly canvas: HTMLCanvasElement) {
    // the buffer is kept so that what is drawn can be read back
    const gl = canvas.getContext('webgl2', { antialias: false, premultipliedAlpha: true, preserveDrawingBuffer: true });
    if (gl === null) throw new Error('This browser has no WebGL2: the table below has the same points.');
    this.gl = gl;
    this.program = linked(gl);
    this.places = gl.createBuffer();
    this.colours = gl.createBuffer();
    this.attribute('place', this.places, 2, gl.FLOAT, false);
    this.attribute('colour', this.colours, 4, gl.UNSIGNED_BYTE, true);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  /** x and y of each point. */
  setPlaces(placed: Float32Array): void {
    this.count = placed.length / 2;
    this.upload(this.places, placed);
  }

  /** Red, green, blue and opacity of each point. */
  setColours(colours: Uint8Array): void {
    this.upload(this.colours, colours);
  }

  draw(view: View): void {
    const { gl, canvas } = this;
    const ratio = window.devicePixelRatio;
    const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.useProgram(this.program);
    const shorter = Math.min(width, height);
    gl.uniform2f(gl.getUniformLocation(this.program, 'middle'), view.x, view.y);
    gl.uniform2f(gl.getUniformLocation(this.program, 'scale'), (view.zoom * shorter) / width, (view.zoom * shorter) / height);
    gl.uniform1f(gl.getUniformLocation(this.program, 'size'), sizeFor(this.count, view.zoom) * ratio);
    gl.drawArrays(gl.POINTS, 0, this.count);
  }

  /** Gives back what the graphics card holds. */
  free(): void {
    this.gl.deleteBuffer(this.places);
    this.gl.deleteBuffer(this.colours);
    this.gl.deleteProgram(this.program);
  }

  private attribute(name: string, buffer: WebGLBuffer, size: number, type: number, isNormalized: boolean): void {
    const { gl } = this;
    const place = gl.getAttribLocation(this.program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, size, type, isNormalized, 0, 0);
  }

  private upload(buffer: WebGLBuffer, data: Float32Array | Uint8Array): void {
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, buffer);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, data, this.gl.DYNAMIC_DRAW);
  }
}

/** In CSS pixels: fewer points are larger, and all grow a little with the zoom. */
function sizeFor(count: number, zoom: number): number {
  const base = count > 50_000 ? 2.2 : count > 10_000 ? 3.2 : count > 2_000 ? 4.6 : 6.5;
  return base * Math.min(2.5, zoom ** 0.3);
}

function linked(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(type);
    if (shader === null) throw new Error('WebGL2 is lost.');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (gl.getProgramParameter(program, gl.LINK_STATUS) !== true)
    throw new Error(gl.getProgramInfoLog(program) ?? 'The shaders do not link.');
  return program;
}

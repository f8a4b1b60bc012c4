const LEVELS: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

/** A line of the log for people: the time, the level, where it comes from, the message, and then whatever else there is. */
export function readableLine(json: string): string {
  const { time, level, context, msg, stack, ...rest } = JSON.parse(json) as Readonly<Record<string, unknown>>;
  const details = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const words = [timeOf(time), (LEVELS[Number(level)] ?? '').padEnd(5), ...given(context, ':'), ...given(msg), ...details];
  const trace = given(stack).map((text) => `${text}\n`);
  return `${words.join(' ')}\n${trace.join('')}`;
}

function given(value: unknown, end = ''): readonly string[] {
  return typeof value === 'string' && value !== '' ? [`${value}${end}`] : [];
}

/** Of the day, in local time. */
function timeOf(time: unknown): string {
  const at = new Date(String(time));
  const pad = (part: number): string => String(part).padStart(2, '0');
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(pad).join(':');
}

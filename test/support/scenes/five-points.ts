/** Records of the worked examples of Chroma's Search API, in the order of their distance from the origin. */
export const FIVE_POINTS = {
  ids: ['a', 'b', 'c', 'd', 'e'],
  embeddings: [
    [0, 0],
    [1, 0],
    [0, 2],
    [3, 0],
    [0, 4],
  ],
};

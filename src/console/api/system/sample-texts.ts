/** A text to try things out with. */
export interface SampleText {
  readonly id: string;
  readonly document: string;
  /** A JSON object's text. */
  readonly metadata: string;
}

const TOPICS: Readonly<
  Record<string, { readonly who: readonly string[]; readonly does: readonly string[]; readonly what: readonly string[] }>
> = {
  kitchen: {
    who: ['The cook', 'A baker', 'My grandmother', 'The apprentice', 'A hungry guest'],
    does: ['stirs', 'seasons', 'tastes', 'burns', 'serves'],
    what: ['the onion soup', 'a loaf of rye bread', 'the apple pie', 'a pot of lentils', 'the tomato sauce'],
  },
  garden: {
    who: ['The gardener', 'A neighbour', 'The beekeeper', 'A child', 'The old man'],
    does: ['waters', 'prunes', 'plants', 'admires', 'harvests'],
    what: ['the roses', 'a row of beans', 'the pear tree', 'wild strawberries', 'the lavender'],
  },
  sea: {
    who: ['The captain', 'A fisherman', 'The lighthouse keeper', 'A swimmer', 'The crew'],
    does: ['watches', 'crosses', 'fears', 'follows', 'remembers'],
    what: ['the rising tide', 'a school of herring', 'the storm', 'the northern current', 'a drifting boat'],
  },
  workshop: {
    who: ['The carpenter', 'A clockmaker', 'The mechanic', 'An engineer', 'The trainee'],
    does: ['repairs', 'measures', 'polishes', 'takes apart', 'sells'],
    what: ['an oak table', 'the broken clock', 'a diesel engine', 'the brass telescope', 'a wooden chair'],
  },
  music: {
    who: ['The pianist', 'A choir', 'The drummer', 'A street musician', 'The conductor'],
    does: ['rehearses', 'plays', 'records', 'forgets', 'improvises on'],
    what: ['a slow waltz', 'the second movement', 'an old folk song', 'the overture', 'a jazz standard'],
  },
  sky: {
    who: ['The astronomer', 'A pilot', 'The weather station', 'A pair of cranes', 'The observatory'],
    does: ['tracks', 'photographs', 'predicts', 'circles below', 'loses sight of'],
    what: ['a comet', 'the thunderclouds', 'the morning star', 'the full moon', 'a lonely balloon'],
  },
  library: {
    who: ['The librarian', 'A student', 'The translator', 'A poet', 'The archivist'],
    does: ['copies', 'catalogues', 'borrows', 'annotates', 'misplaces'],
    what: ['a medieval map', 'the letters of a queen', 'an atlas', 'the first edition', 'a forgotten novel'],
  },
  road: {
    who: ['The cyclist', 'A bus driver', 'The postwoman', 'A hitchhiker', 'The surveyor'],
    does: ['takes', 'avoids', 'paints', 'clears', 'maps'],
    what: ['the mountain pass', 'a narrow bridge', 'the coastal road', 'the muddy track', 'a busy crossing'],
  },
};
const LANGUAGES = ['en', 'de', 'fr'];

/** As many different texts, on eight topics; always the same. */
export function sampleTexts(count: number): readonly SampleText[] {
  const topics = Object.entries(TOPICS);
  return Array.from({ length: count }, (_item, index) => {
    const [topic = '', words] = topics[index % topics.length] ?? [];
    const round = Math.floor(index / topics.length);
    const pick = (list: readonly string[] | undefined, place: number): string => list?.[place % list.length] ?? '';
    const [who, does, what] = [
      pick(words?.who, round),
      pick(words?.does, Math.floor(round / 5)),
      pick(words?.what, Math.floor(round / 25)),
    ];
    const year = 1990 + (index % 35);
    const metadata = {
      topic,
      year,
      rating: 'unrated',
      language: pick(LANGUAGES, index % 7),
      tags: [topic, year < 2010 ? 'old' : 'recent'],
      reviewed: index % 3 === 0,
    };
    // a float is one as it is written
    const rating = (1 + ((index * 7) % 9) / 2).toFixed(1);
    const text = JSON.stringify(metadata).replace('"unrated"', rating);
    return { id: `sample-${String(index + 1).padStart(4, '0')}`, document: `${who} ${does} ${what}.`, metadata: text };
  });
}

/** Edits (insert, delete, replace) that lead from one word to the other: Levenshtein's distance. */
export function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replace = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replace, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}

/** A longer word than any of ours is not worth comparing in full. */
const longestWord = 64;

/** The known words closest to what was typed, best first; those that merely contain it count as close. */
export function nearest(word: string, known: readonly string[], most = 3): string[] {
  const typed = word.slice(0, longestWord).toLowerCase();
  const score = (candidate: string): number => {
    const lower = candidate.toLowerCase();
    return typed !== '' && lower.includes(typed) ? 0.5 : editDistance(typed, lower);
  };
  return [...known].sort((a, b) => score(a) - score(b) || a.localeCompare(b)).slice(0, most);
}

/** `"tabel1" (nearest: table1, …)`, for a message about a word that is not known. */
export function unknownWord(word: string, known: readonly string[]): string {
  return `${JSON.stringify(word.slice(0, longestWord))} (nearest: ${nearest(word, known).join(', ')})`;
}

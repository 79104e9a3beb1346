/** The words of a simple command line as a shell divides them: blanks, and quotes of both kinds. Ends at a redirection. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  for (const [, text] of line.matchAll(/((?:'[^']*'|"[^"]*"|[^\s'"])+)/g)) {
    if (text === ">") break;
    words.push(text!.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double));
  }
  return words;
}

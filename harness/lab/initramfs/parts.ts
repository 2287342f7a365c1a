/** What an image of the guest's files consists of. Paths are absolute, in the guest; folders above them come by themselves. */
export interface Parts {
  /** Copies of the host's files; links are followed. `mode`: permission bits. */
  files: { path: string; source: string; mode: number }[];
  /** Symbolic links. */
  links: { path: string; target: string }[];
  folders: { path: string; mode: number }[];
  texts: { path: string; text: string; mode: number }[];
}

/** All of several parts. */
export function joinParts(...some: Partial<Parts>[]): Parts {
  return {
    files: some.flatMap(({ files }) => files ?? []),
    links: some.flatMap(({ links }) => links ?? []),
    folders: some.flatMap(({ folders }) => folders ?? []),
    texts: some.flatMap(({ texts }) => texts ?? []),
  };
}

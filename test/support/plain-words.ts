/**
 * Words that are not used in this project, and what to write instead.
 *
 * They are metaphors, persons, or verbs of speech where RxJS, Node and HTTP have a term of their own (see the glossary in docs/semantics.md).
 */
const proposals: Readonly<Record<string, string>> = {
  // Verbs of speech
  'tell tells telling told': '"called with", "emitted", "reported", "notified"',
  'hear hears heard': '"received", "observed"',
  gossip: '"everything known"',
  'answer answers answered answering': '"response" for HTTP, "returns" for functions, "emits" for streams',
  // Persons
  'whoever whom': '"the caller", "the subscriber", "the server"',
  'somebody someone anybody': '"another process", "the user", "the caller"',
  'nobody everybody': '"no subscriber", "no process", "every caller"',
  'onlooker onlookers': '"subscriber"',
  'stranger strangers': '"another process", "unknown"',
  kin: 'the name of the relation, such as "same type"',
  // Metaphors
  'story stories tale tales': '"download", "process", "sequence"',
  course: 'the name of the process; nothing for "of course"',
  'lane lanes': '"slot", "connection", "concurrency"',
  'tally tallies': '"totals", "count"',
  'house houses cellar roof wing wings room rooms': '"layer", "module", "space"',
  'mishap mishaps': '"failure", "fault"',
  'dress dresses clothes': '"envelope", "format"',
  'bear bears bearing borne': '"retry", "tolerate", "support"',
  'stand stands standing stood': '"is", "has", "contains"',
  'heed heeds': '"use", "follow"',
  'borrow borrows borrowed lent loan': '"acquire", "acquired"',
  // Terms that the field has another word for
  'wish wishes wished': '"options", "preferred"',
  'prove proves proved proven proving': '"verify", "verified"',
  'discreet discretion': '"redacted", "redact"',
  'hasty lively patiently': '"adaptive", "slow", "fast"',
  'honest honestly': '"correct", "accurate"',
  quickest: '"shortest"',
  vain: '"without progress"',
  // Old-fashioned English
  'anew afresh': '"again", "from the start"',
  'thereof therein whence hence': 'a shorter sentence',
  merely: '"only"',
};

/** Proposal by word. */
export const plainWords: ReadonlyMap<string, string> = new Map(
  Object.entries(proposals).flatMap(([words, proposal]) => words.split(' ').map((word): [string, string] => [word, proposal])),
);

/*
 * What the writer bounds, with the reason for each. Those that depend on the machine or the owner are
 * options.
 */

/** A generation is cut at this size: its flush is a few seconds of work. */
export const GENERATION_MAX_BYTES = 64 * 1024 * 1024;
/** Generations that are not in segments: beyond, the flush does not keep up or fails. */
export const HEAD_MAX_BYTES = 128 * 1024 * 1024;
/** Records that wait for the disk; at the rates of one server, seconds of pushes. */
export const WAITING_MAX_BYTES = 32 * 1024 * 1024;
/** Batches of a busy second stay below; the memory of one huge push is let go again. */
export const SPARE_MAX_BYTES = 4 * 1024 * 1024;
/** A commit that takes longer means that the disk is stuck: what comes is told to come again. */
export const COMMIT_MAX_MILLIS = 10_000;
/** Dictionaries that are open for writing; the one used least recently goes and is read again. */
export const DICTIONARIES_MAX_BYTES = 128 * 1024 * 1024;
/**
 * One that nothing was written with for so long goes as well, as those of the day before do: agents
 * send every some seconds, and a large one takes a second to be read again.
 */
export const DICTIONARY_IDLE_MILLIS = 15 * 60_000;
/** The same of a day that is over: who sends old profiles sends them all, and then no more. */
export const OLD_DICTIONARY_IDLE_MILLIS = 30_000;
/** Beyond, a dictionary gets a successor: readers hold whole ones. */
export const DICTIONARY_MAX_BYTES = 64 * 1024 * 1024;
export const DICTIONARY_MAX_STACKS = 4_000_000;
/** Declared in one generation: a flush holds something for each. */
export const MAX_EPOCHS_PER_GENERATION = 10_000;
/** A million ids or more: a day of eleven pushes a second. */
export const PUSH_IDS_MAX_BYTES = 64 * 1024 * 1024;
export const PUSH_IDS_KEPT_MILLIS = 86_400_000;

/** A file that a newer manifest dropped may be opened this long by queries, which end after 60 s. */
export const UNLINK_AFTER_MILLIS = 120_000;
/** Profiles of an hour come for a while after it: agents send at the end of their window. */
export const CUT_AFTER_HOUR_MILLIS = 90_000;
/** Late and backdated profiles come in runs; one that has paused this long goes to its day. */
export const CUT_LATE_AFTER_MILLIS = 20_000;
/** Late profiles of a day are rare after this, so that its merge is mostly done once. */
export const MERGE_AFTER_DAY_MILLIS = 2 * 3_600_000;
/** More files of one day than hours mean size cuts: a query would open them all. */
export const MAX_SEGMENTS_OF_DAY = 24;

/** Pauses before what failed is tried again: doubled from the first to the last. */
export const RETRY_FIRST_MILLIS = 1000;
export const RETRY_MAX_MILLIS = 60_000;
/** What a merge cannot read may be back in a moment: then nothing is merged without it. */
export const UNREAD_TRIES = 3;
/** Without what it still cannot read, a merge is done again after this; doubled up to a day. */
export const UNREAD_FIRST_MILLIS = 60_000;
export const UNREAD_MAX_MILLIS = 86_400_000;
/** How often a segment is asked for at the start: pushes wait meanwhile, and not for ever. */
export const RESTORE_TRIES = 5;
export const RESTORE_AGAIN_MILLIS = 500;
/** For all segments together: pushes wait meanwhile, and are refused after ten seconds. */
export const RESTORE_MAX_WAIT_MILLIS = 5_000;
/** How often a disk that refuses writes is asked again. */
export const PROBE_EVERY_MILLIS = 1000;
/** What a client that is refused for the moment is told. */
export const RETRY_AFTER_SECONDS = 1;

/** Enough for manifests of a thousand files, which let retention make room for all else. */
export const BALLAST_MAX_BYTES = 256 * 1024;
export const BALLAST_DISK_SHARE = 0.01;
/** Below this share of the disk, or this many bytes, the oldest day goes if the owner wants that. */
export const LOW_DISK_BYTES = 1024 ** 3;
export const LOW_DISK_SHARE = 0.05;
/** Of a disk of a few GiB, one GiB would be most of it. */
export const LOW_DISK_MAX_SHARE = 0.25;

/** A clock that was set forward is believed by retention after this: time to see it and set it right. */
export const JUMP_HELD_MILLIS = 3_600_000;
/** A store that is started again within this was merely restarted, by whatever clock. */
export const STOPPED_LIKELY_MILLIS = 86_400_000;

export const MAINTENANCE_EVERY_MILLIS = 1000;
export const DAY_MILLIS = 86_400_000;
export const HOUR_MILLIS = 3_600_000;

// This module performs no I/O.

/** Every limit and every delay of directories. */

/** Publications plus subscriptions that are kept for one child connection; what comes after is refused. */
export const LISTINGS_PER_CHILD_MAX = 100_000;
/** Listings of one child that may wait to be taken; what comes after makes it take as many at once. */
export const LISTINGS_WAITING_PER_CHILD_MAX = 20_000;
/** Messages that make no sense which one connection may send before it is closed. */
export const MALFORMED_MESSAGES_MAX = 8;
/** Estimated bytes of listings in one message; frames end at 1 MiB. */
export const BULK_BYTES_MAX = 256 * 1024;
/** Estimated bytes of one answer to a question for all listings. */
export const LISTING_ANSWER_BYTES_MAX = 768 * 1024;
/** Estimated bytes of one page of such an answer. */
export const PAGE_BYTES_MAX = 160 * 1024;
/** Questions over one connection that wait for their answers; further ones are refused. */
export const QUESTIONS_WAITING_MAX = 1000;
/** Bytes that may wait to be sent over a connection before it gets a further answer, and how long it is waited for that. */
export const ANSWERS_WAITING_BYTES_MAX = 4 * 1024 * 1024;
export const SLOW_READER_MS = 50;
/** Hops of a question for the topmost directory; one with more goes in a circle. */
export const QUESTION_HOPS_MAX = 16;
/** Ids in one message that clears listings. */
export const CLEARED_IDS_MAX = 4096;
/** Hops of an address that a listing or session may have. */
export const ADDRESS_HOPS_MAX = 32;
/** Length of a host name or numeric address. */
export const HOST_LENGTH_MAX = 255;
/** Names that one subscription may have routes for. */
export const NAMES_PER_SUBSCRIPTION_MAX = 100_000;
/** Sessions that one transport to a publication may carry. */
export const LOOPS_PER_PEER_MAX = 10_000;
/** Listings of one library that wait for their requests. */
export const OPEN_LIBRARIES_MAX = 10_000;
/** Sessions of one library with publishers of its process whose ends are remembered. */
export const SESSIONS_PER_LIBRARY_MAX = 100_000;
/** Objects that wait for a directory to listen or to connect. */
export const WAITING_OBJECTS_MAX = 1000;

/** The port of host and LAN directories. */
export const DIRECTORY_PORT = 54195;
/** The last octet of the machine that has the LAN directory. */
export const STATION_NUMBER = 195;

/** The longest wait before connecting to a parent again: on this machine, in private networks, elsewhere. */
export const RECONNECT_MS_MAX = { loopback: 8_000, private: 32_000, public: 120_000 } as const;
/** The shortest such wait where no parent was found yet, and twice as long after each failure. */
export const RECONNECT_MS_FIRST = { loopback: 220, private: 220, public: 7_500 } as const;
/** The shortest such wait for a parent that was found and is lost, wherever it is, and likewise. */
export const RECONNECT_MS_AGAIN = 220;
/** The longest such wait at first, while the parent may be just about to be there again: restarted, or plugged in. */
export const RECONNECT_MS_SOON = { loopback: 500, private: 1_500, public: 30_000 } as const;
/** Attempts after which the wait grows, as a large network is not to be full of calls for who is not there. */
export const RECONNECT_SOON_ATTEMPTS = 100;
/** A link to a parent that lasted this long was a good one: the next wait is a short one again. */
export const STABLE_LINK_MS = 10_000;
/** Attempts to find a parent where it was before, until it is looked for in other places again. */
export const PROVEN_PLACE_ATTEMPTS = 8;
/** The first and the longest wait before a machine without an address is asked for it again, to find the parent by it. */
export const ADDRESS_AGAIN_MS = { first: 250, max: 4_000 } as const;
/** How often the LAN directory looks whether its machine has an address, or another one, while something is published there. */
export const OWN_ADDRESS_MS = 1_000;
/** How long after a request for a parent there may be nothing listed yet that needs one: a publication waits for its port. */
export const NEED_LISTED_MS = 30_000;
/** Waits before listening again where a port could not be had; after the last one the directory gives up. */
export const LISTEN_AGAIN_MS = [500, 1_000, 2_000, 4_000, 8_000] as const;

/** How long a request to open or close a session may go unanswered. */
export const LOOP_ANSWER_MS = 3_000;
/** How long a transport to a publication may take to connect. */
export const TRANSPORT_CONNECT_MS = 5_000;
/** How long at least a connection from another machine may say nothing at all; twice as long at most. */
export const SILENT_CONNECTION_MS = 45_000;
/**
 * How long a session that has given way to a nearer one is kept open, for requests that are under way and for what the
 * subscriber sends before it has heard of the change.
 */
export const HANDOVER_MS = 500;
/** How long a transport without sessions is kept. */
export const IDLE_TRANSPORT_MS = 8_000;
/** The first and the longest wait before a failed route is tried again. */
export const ROUTE_AGAIN_MS = { first: 500, max: 8_000 } as const;
/** Sessions with a name at one scope that a subscriber may lose in a row, or change, and be joined again each time at once. */
export const LOSSES_AT_ONCE_MAX = 10;
/** Beyond those it is joined again once in each such interval, however often the publisher comes and goes. */
export const LOSS_INTERVAL_MS = 1_000;
/** Names with recent losses that are remembered for each subscription: as many as it may have. */
export const RESTLESS_NAMES_MAX = NAMES_PER_SUBSCRIPTION_MAX;
/** A session that lasted this long was a good one: its route is tried again soon. */
export const STABLE_SESSION_MS = 10_000;
/** Failures in a row that make a home ask all directories for the routes of a subscription anew. */
export const FAILURES_BEFORE_RENEWAL = 6;
/** Failing publications of one name that a home remembers beyond their routes. */
export const SUSPECTS_MAX = 16;
/** So often a home does so for one subscription with no more than a pause after each. */
export const RENEWALS_AT_ONCE_MAX = 4;
/** The shortest time from one to the next: longer than the routes have to be told again. */
export const RENEWAL_PAUSE_MS = 10_000;
/** Beyond those it does so once in each such interval. */
export const RENEWAL_INTERVAL_MS = 60_000;
/** What is added to the parent's reconnect time before routes that were not renewed after it are forgotten. */
export const STALE_ROUTE_MARGIN_MS = 7_000;

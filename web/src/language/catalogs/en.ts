/**
 * What the page says, in English. Texts are ICU MessageFormat. The other catalogues have exactly these messages: the
 * compiler holds them to `Catalog`.
 */
export const messages = {
  'page.name': 'Suffrage',
  'page.loading': 'Loading the page…',
  'page.skip': 'Skip to content',
  'page.promise': 'Every accepted vote is kept, counted at most once, and can be checked by anyone.',
  'page.broken': 'This part of the page could not be loaded',
  'page.broken-why': 'The network may be away, or the page was renewed meanwhile. What was cast is kept.',
  'page.again': 'Try again',
  'nav.main': 'Main',
  'nav.elections': 'All elections',
  'nav.check': 'Check a receipt',
  'nowhere.title': 'There is nothing at this address',
  'nowhere.why': 'The link may be incomplete.',

  'settings.title': 'Display and language',
  'settings.language': 'Language',
  'settings.large-text': 'Large text',
  'settings.high-contrast': 'High contrast',

  'elections.title': 'Elections',
  'elections.intro': 'Vote while an election is open, and watch the results as they are counted.',
  'elections.loading': 'Loading the elections…',
  'elections.unreachable': 'The elections can’t be reached',
  'registrar.away': 'The registrar does not answer at the moment. This page tries again every few seconds.',
  'elections.none': 'No election has been published yet. It will appear here by itself.',
  'elections.open': 'Open now',
  'elections.coming': 'Coming up',
  'elections.finished': 'Finished',
  'elections.contests': '{count, plural, one {# contest} other {# contests}}',
  'elections.vote': 'Vote',
  'elections.read-ballot': 'Read the ballot',
  'elections.results': 'See the results',

  'phase.draft': 'Draft',
  'phase.scheduled': 'Not open yet',
  'phase.open': 'Open',
  'phase.closed': 'Closed',
  'phase.sealed': 'Sealed',
  'schedule.opens': 'Opens {when}',
  'schedule.open-until': 'Open until {when}',
  'schedule.closed': 'Closed {when}',

  'election.loading': 'Loading the election…',
  'election.unreachable': 'The election can’t be reached',
  'election.unknown': 'There is no such election',
  'election.unknown-why': 'The link may be incomplete, or the election is not published yet.',
  'election.all': 'See all elections',

  'vote.looking': 'Looking whether this device keeps a vote of yours…',
  'vote.looking-long':
    'Another tab of this browser is working on your vote. This one goes on as soon as that one has finished.',
  'vote.not-open': 'Voting has not begun. You can read the ballot; marks are not kept.',
  'vote.over': 'Voting has ended',
  'vote.over-why': 'This election takes no more votes.',
  'vote.step': 'Step {step} of {steps}',

  'ballot.title': 'Your ballot',
  'ballot.choose-up-to': '{max, plural, one {Choose one, or none.} other {Choose up to #, or none.}}',
  'ballot.choose-exactly': '{max, plural, one {Choose exactly one.} other {Choose exactly #.}}',
  'ballot.choose-range': 'Choose {min, number} to {max, number}.',
  'ballot.marked': '{count, plural, =0 {Nothing marked.} one {# marked.} other {# marked.}}',
  'ballot.too-few':
    '{missing, plural, one {Mark one more to complete this contest.} other {Mark # more to complete this contest.}}',
  'ballot.full':
    '{max, plural, one {To choose another, unmark this one.} other {All # are marked. To choose another, unmark one first.}}',
  'ballot.exclusive': 'Stands alone: marking it unmarks all others.',
  'ballot.exclusive-marked': 'This is a whole answer. Marking another option unmarks it.',
  'ballot.blank': 'Marking nothing is allowed, and counts as a blank vote.',
  'ballot.clear': 'Unmark',
  'ballot.picture-elsewhere': 'Picture (on {host})',
  'ballot.next': 'Continue',
  'ballot.incomplete':
    '{count, plural, one {One contest needs another look.} other {# contests need another look.}}',

  'proof.title': 'Your right to vote',
  'proof.code': 'One-time code',
  'proof.code-help':
    '18 letters and digits from your voting letter. Capitals, spaces and hyphens don’t matter.',
  'proof.code-typed': '{count, plural, one {# of 18 symbols typed.} other {# of 18 symbols typed.}}',
  'proof.code-wrong': 'A symbol is wrong or two have changed places. Compare it with your letter.',
  'proof.code-symbol': 'A code has only the digits and letters, without U.',
  'proof.code-long': 'That is more than 18 symbols.',
  'proof.code-good': 'This is written as a code should be.',
  'proof.name': 'The name you vote by in this election',
  'proof.name-help': 'Use the same name whenever you vote again. It is not shown to anybody with your vote.',
  'proof.one-device':
    'From here on use this device: the vote can be finished only where it was begun. If the device is lost before the vote is counted, nobody can give you another.',
  'proof.sign-in': 'This election asks voters to sign in',
  'proof.sign-in-why':
    'This page can’t sign you in. Vote with the app that those who hold the election have given you.',
  'proof.back': 'Back to the ballot',
  'proof.next': 'Review your vote',

  'review.title': 'Review your vote',
  'review.nothing': 'Nothing marked',
  'review.change': 'Change',
  'review.final': 'A vote can’t be taken back once it is cast.',
  'review.revote': 'You may vote again until the election closes; the last vote counts.',
  'review.cast': 'Cast your vote',
  'review.session': 'Getting your right to vote…',
  'review.session-failed': 'You have no right to vote yet: {why} Nothing was sent.',

  'progress.title': 'Casting your vote',
  'progress.token': 'Token: the registrar signs your vote without seeing it',
  'progress.sent': 'Sent: on its way to be stored',
  'progress.stored': 'Stored: on several servers, with a signed receipt',
  'progress.counted': 'Counted',
  'progress.done': 'done',
  'progress.now': 'under way',
  'progress.later': 'to come',
  'progress.saying-token': 'Asking the registrar to sign your vote…',
  'progress.saying-sent': 'Sending your vote…',
  'progress.saying-stored': 'Waiting until your vote is stored…',
  'progress.saying-counted': 'Your vote is stored. Waiting until it is counted…',
  'progress.offline':
    'This device has no network. Your vote is kept here and goes on by itself when the network is back.',
  'progress.keep': 'You may close this page: the vote is kept on this device and goes on when you come back.',
  'progress.once': 'However often it is repeated, it is counted once.',

  'problem.title': 'Your vote is not counted yet',
  'problem.choice-invalid':
    'The marks don’t fit the ballot. Nothing was sent. Change your choice and cast again.',
  'problem.vote-unfinished': 'This device keeps a vote of this election that is not counted yet.',
  'problem.voted-already': 'A vote of this election was counted from this device already.',
  'problem.may-vote-again': 'A vote of yours was counted from this device. You may replace it.',
  'problem.no-voting-again': 'You can’t vote again in this election, or not as often.',
  'problem.election-unknown': 'There is no such election any more. Ask those who hold it.',
  'problem.not-yet-open': 'The election is not open yet. Your vote is kept; try again when it opens.',
  'problem.closed': 'The election is closed, and your vote was not stored.',
  'problem.proof-refused':
    'Your proof was refused: it is wrong, has run out, or was used. Your vote is kept. Give another proof to go on.',
  'problem.not-eligible':
    'The registrar knows no right of yours to this vote. Ask those who hold the election.',
  'problem.token-used-up':
    'A vote was begun with this right before, perhaps on another device. Finish it there; if that was not you, tell those who hold the election.',
  'problem.token-forged':
    'What the registrar answered is no signature on your vote. Nothing was sent. Tell those who hold the election.',
  'problem.refused': 'The vote was refused and is not stored. Ask those who hold the election.',
  'problem.unreachable': 'No service could be reached. Your vote is kept and was not sent. Try again later.',
  'problem.outcome-unknown':
    'Your vote may be stored or not. It is kept here; trying again is safe, it is counted at most once.',
  'problem.not-counted-yet': 'Your vote is stored and its receipt is good. Counting takes longer than usual.',
  'problem.set-aside':
    'Your vote is stored and was set aside. The receipt proves that it was accepted: show it to those who hold the election.',
  'problem.rejected':
    'Your vote is stored and was rejected. If you have a receipt, show it to those who hold the election.',
  'problem.stopped': 'Nobody is working on your vote at the moment. It is kept as it is.',
  'problem.changed-elsewhere': 'Another tab works on this vote. Look there, or go on here.',
  'problem.store-failed':
    'This browser can’t keep your vote safely, so nothing more was sent. Free some space or leave private browsing, then try again.',
  'problem.resume': 'Try again',
  'problem.wait': 'Try again',
  'problem.prove-again': 'Give your proof again',
  'problem.change-choice': 'Change your choice',
  'problem.vote-again': 'Vote again',
  'problem.code': 'What the service said: {code}',
  'problem.receipt': 'See the receipt',

  'receipt.title': 'Your receipt',
  'receipt.counted': 'Your vote is counted.',
  'receipt.superseded': 'Your vote was counted, and a later vote of yours counts instead.',
  'receipt.none': 'This device keeps no receipt of this election',
  'receipt.none-why': 'Receipts stay on the device that cast the vote. If you saved yours, check it here:',
  'receipt.lost':
    'The receipt was lost on the way; the vote is counted all the same. Your vote ID is enough to ask for it.',
  'receipt.vote-id': 'Vote ID',
  'receipt.copy': 'Copy',
  'receipt.copied': 'Copied.',
  'receipt.qr': 'QR code that leads to the status of this vote',
  'receipt.qr-help': 'Scan it to follow your vote on another device.',
  'receipt.download': 'Save the receipt',
  'receipt.check': 'Check it',
  'receipt.secret':
    'The receipt does not name your choice. Where votes are published later, whoever has it can look your choice up: keep it to yourself.',
  'receipt.forget': 'Erase it from this device',
  'receipt.forget-sure': 'Erase the receipt from this device? Save it first: there is no other copy.',

  'check.title': 'Check a receipt',
  'check.intro': 'Paste a receipt or choose its file. It is verified on this device and sent nowhere.',
  'check.text': 'Receipt',
  'check.file': 'Choose a file',
  'check.go': 'Check',
  'check.unreadable': 'This is not a receipt. It is the whole text of the file that you saved.',
  'check.working': 'Verifying the receipt…',
  'check.ok': 'The receipt is genuine',
  'check.ok-why': 'The vote was stored at {when}, on the log at place {place}.',
  'check.bad': 'The receipt is not genuine',
  'check.receipt-key-unknown': 'It is signed with a key that this election does not have.',
  'check.certificate-invalid': 'The certificate in it does not hold.',
  'check.path-invalid': 'It was changed: its parts don’t fit each other.',
  'check.signature-invalid': 'It was changed: its signature does not fit.',
  'check.unverified': 'A vote ID alone proves nothing; this is what the results service says of it.',
  'check.status': 'Status of the vote',
  'check.asking': 'Asking what became of the vote…',
  'check.live': 'This line follows the vote by itself.',
  'check.unreachable': 'The results service does not answer at the moment. The page goes on asking.',
  'status.counted': 'Counted.',
  'status.superseded': 'Counted, then replaced by a later vote of the same voter.',
  'status.older-revision': 'Stored after a later vote of the same voter, which counts instead.',
  'status.quarantined':
    'Set aside: those who hold the election must look at it. It is tried again by itself.',
  'status.rejected': 'Rejected.',
  'status.unknown': 'Not counted yet, or there is no such vote.',

  'waiting.notice': 'A vote of yours waits on this device.',
  'waiting.go': 'Go on with it',
} as const satisfies Readonly<Record<string, string>>;

export type MessageId = keyof typeof messages;
export type Catalog = Readonly<Record<MessageId, string>>;

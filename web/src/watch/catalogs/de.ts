import type { WatchCatalog } from './en.ts';

export const messages: WatchCatalog = {
  'standing.counted': 'Ausgezählt, noch nicht unterschrieben',
  'standing.official-why':
    'Das Ergebnis ist unterschrieben, und dieser Browser hat die Unterschrift geprüft ({when}).',
  'standing.counted-why': 'Alle Stimmen sind gezählt. Das unterschriebene Ergebnis folgt von selbst.',
  'standing.doubtful': 'Unterschrift stimmt nicht',
  'standing.doubtful-why':
    'Das unterschriebene Ergebnis passt nicht zu dieser Wahl oder zu dem, was hier steht. Sagen Sie es denen, die die Wahl abhalten.',
  'annulled.title': 'Diese Wahl wurde für ungültig erklärt',
  'annulled.why': 'Seit {when} hat ihr Ergebnis keine Wirkung. Angegebener Grund: {reason}',
  'hidden.threshold':
    '{min, plural, one {Summen bleiben verborgen, solange sie von weniger als # Stimme sind, damit niemandes Wahl aus ihnen hervorgeht.} other {Summen bleiben verborgen, solange sie oder die einer Option von weniger als # Stimmen sind, damit niemandes Wahl aus ihnen hervorgeht.}}',
  'turnout.name': 'Beteiligung',
  'turnout.of': '{counted} von {roll} im Verzeichnis',

  'course.title': 'Stimmen im Lauf der Zeit',
  'course.label': 'Gezählte Stimmen von {from} bis {to}: von {first} auf {last}.',
  'course.time': 'Zeit',
  'course.few': 'Der Verlauf der Zählung erscheint hier, sobald sie begonnen hat.',

  'take.title': 'Weitergeben',
  'take.copy': 'Link kopieren',
  'take.copied': 'Der Link ist kopiert.',
  'take.share': 'Teilen',
  'take.address': 'Adresse dieser Ergebnisse',
  'take.screen': 'Großbildschirm',
  'take.flow': 'Hinter den Kulissen',
  'take.export': 'Ergebnisse speichern',
  'take.snapshot': 'Was jetzt zu sehen ist (JSON)',
  'take.document': 'Unterschriebenes Ergebnis (JSON)',
  'take.audited': 'Unterschriebenes Ergebnis mit dem genannten Prüfbericht (JSON)',
  'take.document.csv': 'Ergebnis (CSV)',
  'take.document.pdf': 'Ergebnis zum Drucken (PDF)',
  'take.nist.json': 'Ergebnis (NIST 1500-100)',
  'take.later': 'CSV, PDF und das unterschriebene Dokument kommen, wenn das Ergebnis amtlich ist.',

  'screen.leave': 'Großbildschirm verlassen',
  'screen.full': 'Bildschirm füllen',
  'screen.pause': 'Hier bleiben',
  'screen.go-on': 'Abwechseln',
  'screen.contests':
    '{count, plural, one {Abstimmung # von {all, number}} other {Abstimmung # von {all, number}}}',

  'flow.title': 'Hinter den Kulissen',
  'flow.of': 'Wie die Stimmen von „{election}“ verarbeitet werden',
  'flow.back': 'Zurück zu den Ergebnissen',
  'flow.why':
    'Welcher Teil des Systems die letzten Stimmen verarbeitet hat: Summen von mindestens 20 Stimmen, später gezeigt, damit niemandes Stimme daraus hervorgeht.',
  'flow.none': 'Hinter den Kulissen ist gerade nichts zu sehen',
  'flow.none-why': 'Gezeigt werden nur Wahlen, die offen sind und ihre Ergebnisse live zeigen.',
  'flow.loading': 'Ein Blick hinter die Kulissen …',
  'flow.away': 'Der Ergebnisdienst antwortet gerade nicht. Diese Seite fragt weiter.',
  'flow.waiting': 'Warten, bis genug Stimmen beisammen sind, um gezeigt zu werden …',
  'flow.window': '{votes, plural, one {# Stimme} other {# Stimmen}}, gezählt von {from} bis {to}',
  'flow.picture':
    'Der Weg der letzten Stimmen: {pods, plural, one {# Annahmeprozess} other {# Annahmeprozesse}}, {partitions, plural, one {# Partition} other {# Partitionen}}, {processors, plural, one {# Zählprozess} other {# Zählprozesse}}. Die Tabelle sagt dasselbe in Zahlen.',
  'flow.ingestion': 'Annahme',
  'flow.partitions': 'Partitionen',
  'flow.processors': 'Zählprozesse',
  'flow.nobody': 'keiner',
  'flow.acknowledge': 'Bestätigt binnen (99 %)',
  'flow.lag': 'Warten auf Zählung',
  'flow.lag-records': '{count, plural, one {# Eintrag} other {# Einträge}}',
  'flow.replica': 'Rückstand der Summen',
  'flow.replica-none': 'keiner',
  'flow.millis': '{millis} ms',
  'flow.balance': 'Gleichmaß der Annahme',
  'flow.balance-why': 'je zwischen {least} und {most}',
  'flow.instance': 'Prozess',
  'flow.partition': 'Partition',
  'flow.lag-head': 'Wartend',
  'flow.unknown': 'unbekannt',

  'statement.title': 'Bescheinigung über eine Stimme',
  'statement.intro':
    'Macht aus einer Quittung eine Bescheinigung zum Drucken oder Speichern: was angenommen wurde, was daraus wurde und wer das unterschrieben hat. Sie nennt nie eine Wahl.',
  'statement.make': 'Bescheinigung daraus machen',
  'statement.for': 'Bescheinigung',
  'statement.election': 'Wahl',
  'statement.accepted': 'Angenommen',
  'statement.place': 'Stelle im Protokoll',
  'statement.instance': 'Angenommen von',
  'statement.key': 'Quittungsschlüssel',
  'statement.became': 'Was daraus wurde',
  'statement.signed':
    'Festgestellt {when} vom Ergebnisdienst und mit Schlüssel {key} unterschrieben; dieser Browser hat die Unterschrift geprüft.',
  'statement.unsigned':
    'Der Ergebnisdienst gibt zu dieser Stimme nichts Schriftliches. Was hier steht, wurde in diesem Browser mit den veröffentlichten Schlüsseln der Wahl geprüft; der Stand ist, was der Dienst ohne Unterschrift sagte.',
  'statement.forged':
    'Die Unterschrift des Ergebnisdienstes stimmt nicht: Verlassen Sie sich nicht auf den Stand.',
  'statement.verified': 'In diesem Browser geprüft: {when}.',
  'statement.print': 'Drucken',
  'statement.save': 'Speichern',
  'statement.proofs': 'Die unterschriebenen Texte, für alle, die sie noch einmal prüfen wollen',
};

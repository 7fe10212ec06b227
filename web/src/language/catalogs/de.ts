import type { Catalog } from './en.ts';

export const messages: Catalog = {
  'page.name': 'Suffrage',
  'page.loading': 'Die Seite wird geladen …',
  'page.skip': 'Zum Inhalt springen',
  'page.promise':
    'Jede angenommene Stimme bleibt erhalten, zählt höchstens einmal, und jeder kann es nachprüfen.',
  'page.broken': 'Dieser Teil der Seite konnte nicht geladen werden',
  'page.broken-why':
    'Vielleicht fehlt das Netz, oder die Seite wurde inzwischen erneuert. Abgegebene Stimmen bleiben erhalten.',
  'page.again': 'Noch einmal versuchen',
  'nav.main': 'Hauptmenü',
  'nav.elections': 'Alle Wahlen',
  'nav.check': 'Quittung prüfen',
  'nav.manage': 'Verwalten',
  'sign-in.working': 'Sie werden angemeldet…',
  'sign-in.failed': 'Die Anmeldung ist nicht gelungen',
  'sign-in.failed-why':
    'Der Anmeldedienst hat nicht geantwortet oder nicht zugestimmt, oder die Anmeldung wurde in einem anderen Tab begonnen.',
  'nowhere.title': 'Unter dieser Adresse gibt es nichts',
  'nowhere.why': 'Der Link ist vielleicht unvollständig.',

  'settings.title': 'Darstellung und Sprache',
  'settings.language': 'Sprache',
  'settings.large-text': 'Große Schrift',
  'settings.high-contrast': 'Hoher Kontrast',

  'elections.title': 'Wahlen',
  'elections.intro': 'Stimmen Sie ab, solange eine Wahl läuft, und sehen Sie beim Auszählen zu.',
  'elections.loading': 'Die Wahlen werden geladen …',
  'elections.unreachable': 'Die Wahlen sind nicht erreichbar',
  'registrar.away':
    'Das Wahlverzeichnis antwortet gerade nicht. Diese Seite versucht es alle paar Sekunden von selbst.',
  'elections.none': 'Noch ist keine Wahl veröffentlicht. Sie erscheint hier von selbst.',
  'elections.open': 'Jetzt offen',
  'elections.coming': 'Demnächst',
  'elections.finished': 'Beendet',
  'elections.contests': '{count, plural, one {# Abstimmung} other {# Abstimmungen}}',
  'elections.vote': 'Abstimmen',
  'elections.read-ballot': 'Stimmzettel ansehen',
  'elections.results': 'Ergebnisse ansehen',

  'phase.draft': 'Entwurf',
  'phase.scheduled': 'Noch nicht offen',
  'phase.open': 'Offen',
  'phase.closed': 'Geschlossen',
  'phase.sealed': 'Versiegelt',
  'schedule.opens': 'Beginnt {when}',
  'schedule.open-until': 'Offen bis {when}',
  'schedule.closed': 'Geschlossen {when}',

  'election.loading': 'Die Wahl wird geladen …',
  'election.unreachable': 'Die Wahl ist nicht erreichbar',
  'election.unknown': 'Diese Wahl gibt es nicht',
  'election.unknown-why':
    'Der Link ist vielleicht unvollständig, oder die Wahl ist noch nicht veröffentlicht.',
  'election.open':
    'Hier kann jede und jeder abstimmen: Nichts stellt sicher, dass jede Person nur einmal abstimmt.',
  'election.all': 'Alle Wahlen ansehen',

  'vote.looking': 'Es wird nachgesehen, ob dieses Gerät eine Stimme von Ihnen aufbewahrt …',
  'vote.looking-long':
    'Ein anderer Tab dieses Browsers arbeitet an Ihrer Stimme. Hier geht es weiter, sobald er fertig ist.',
  'vote.not-open':
    'Die Abstimmung hat noch nicht begonnen. Sie können den Stimmzettel lesen; Markierungen werden nicht aufbewahrt.',
  'vote.over': 'Die Abstimmung ist beendet',
  'vote.over-why': 'Diese Wahl nimmt keine Stimmen mehr an.',
  'vote.step': 'Schritt {step} von {steps}',

  'ballot.title': 'Ihr Stimmzettel',
  'ballot.choose-up-to':
    '{max, plural, one {Wählen Sie eins oder nichts.} other {Wählen Sie bis zu # oder nichts.}}',
  'ballot.choose-exactly': '{max, plural, one {Wählen Sie genau eins.} other {Wählen Sie genau #.}}',
  'ballot.choose-range': 'Wählen Sie {min, number} bis {max, number}.',
  'ballot.marked': '{count, plural, =0 {Nichts markiert.} other {# markiert.}}',
  'ballot.too-few':
    '{missing, plural, one {Eine Markierung fehlt noch.} other {Es fehlen noch # Markierungen.}}',
  'ballot.full':
    '{max, plural, one {Um anders zu wählen, nehmen Sie diese Markierung zurück.} other {Alle # sind vergeben. Um anders zu wählen, nehmen Sie erst eine zurück.}}',
  'ballot.exclusive': 'Steht für sich allein: Die Markierung hebt alle anderen auf.',
  'ballot.exclusive-marked': 'Das ist eine vollständige Antwort. Eine andere Markierung hebt sie auf.',
  'ballot.blank': 'Sie dürfen alles frei lassen; das zählt als leere Stimme.',
  'ballot.clear': 'Markierung aufheben',
  'ballot.picture-elsewhere': 'Bild (auf {host})',
  'ballot.next': 'Weiter',
  'ballot.incomplete':
    '{count, plural, one {Eine Abstimmung ist noch nicht vollständig.} other {# Abstimmungen sind noch nicht vollständig.}}',

  'proof.title': 'Ihr Stimmrecht',
  'proof.code': 'Einmal-Code',
  'proof.code-help':
    '18 Buchstaben und Ziffern aus Ihrer Wahlbenachrichtigung. Großschreibung, Leerzeichen und Bindestriche sind gleichgültig.',
  'proof.code-typed': '{count, plural, other {# von 18 Zeichen eingegeben.}}',
  'proof.code-wrong': 'Ein Zeichen ist falsch, oder zwei sind vertauscht. Vergleichen Sie mit Ihrem Brief.',
  'proof.code-symbol': 'Ein Code besteht nur aus Ziffern und Buchstaben, ohne U.',
  'proof.code-long': 'Das sind mehr als 18 Zeichen.',
  'proof.code-good': 'So ist ein Code richtig geschrieben.',
  'proof.name': 'Der Name, unter dem Sie bei dieser Wahl abstimmen',
  'proof.name-help':
    'Nehmen Sie denselben Namen, wenn Sie noch einmal abstimmen. Er wird niemandem mit Ihrer Stimme gezeigt.',
  'review.one-device':
    'Bleiben Sie ab jetzt auf diesem Gerät: Die Stimme kann nur hier zu Ende gebracht werden. Geht das Gerät verloren, bevor sie gezählt ist, kann Ihnen niemand eine andere geben.',
  'proof.sign-in': 'Zum Abstimmen anmelden',
  'proof.sign-in-why':
    'Diese Wahl verlangt eine Anmeldung bei {host}. Danach kommen Sie zu Ihrem Stimmzettel zurück; Ihre Wahl ist dort nicht bekannt.',
  'proof.sign-in-go': 'Bei {host} anmelden',
  'proof.sign-in-away': 'Der Anmeldedienst antwortet gerade nicht. Versuchen Sie es noch einmal.',
  'proof.sign-in-none':
    'Hier kann sich niemand anmelden: Das Wählerverzeichnis nennt keinen Anmeldedienst. Fragen Sie die Wahlleitung.',
  'proof.back': 'Zurück zum Stimmzettel',
  'proof.next': 'Stimme überprüfen',

  'review.title': 'Überprüfen Sie Ihre Stimme',
  'review.nothing': 'Nichts markiert',
  'review.change': 'Ändern',
  'review.final': 'Eine abgegebene Stimme lässt sich nicht zurücknehmen.',
  'review.revote': 'Bis zum Ende der Wahl können Sie noch einmal abstimmen; die letzte Stimme zählt.',
  'review.cast': 'Stimme abgeben',
  'review.session': 'Ihr Stimmrecht wird geholt …',
  'review.captcha':
    'Diese Wahl verlangt ein Captcha, das diese Seite nicht lädt: Sein Anbieter erführe von Ihrem Besuch. Stimmen Sie mit der App der Wahlleitung ab.',
  'review.session-many':
    'Zu viele in Ihrem Netz haben gleichzeitig danach gefragt. Warten Sie eine Minute und stimmen Sie dann ab.',
  'review.session-refused':
    'Der Registrar hat es abgelehnt ({code}). Versuchen Sie es in einer Minute noch einmal; bleibt es so, sagen Sie es der Wahlleitung.',
  'review.session-failed': 'Sie haben noch kein Stimmrecht: {why} Es wurde nichts gesendet.',

  'progress.title': 'Ihre Stimme wird abgegeben',
  'progress.token': 'Token: Das Wahlverzeichnis unterschreibt Ihre Stimme, ohne sie zu sehen',
  'progress.sent': 'Gesendet: unterwegs zur Speicherung',
  'progress.stored': 'Gespeichert: auf mehreren Servern, mit unterschriebener Quittung',
  'progress.counted': 'Gezählt',
  'progress.done': 'fertig',
  'progress.now': 'läuft',
  'progress.later': 'kommt noch',
  'progress.saying-token': 'Das Wahlverzeichnis wird um die Unterschrift gebeten …',
  'progress.saying-sent': 'Ihre Stimme wird gesendet …',
  'progress.saying-stored': 'Warten, bis Ihre Stimme gespeichert ist …',
  'progress.saying-counted': 'Ihre Stimme ist gespeichert. Warten, bis sie gezählt ist …',
  'progress.offline':
    'Dieses Gerät hat kein Netz. Ihre Stimme bleibt hier und geht von selbst weiter, sobald das Netz wieder da ist.',
  'progress.keep':
    'Sie können diese Seite schließen: Die Stimme bleibt auf diesem Gerät, und es geht weiter, wenn Sie wiederkommen.',
  'progress.once': 'Wie oft sie auch wiederholt wird, sie zählt einmal.',

  'problem.title': 'Ihre Stimme ist noch nicht gezählt',
  'problem.choice-invalid':
    'Die Markierungen passen nicht zum Stimmzettel. Es wurde nichts gesendet. Ändern Sie Ihre Wahl und geben Sie sie noch einmal ab.',
  'problem.vote-unfinished': 'Dieses Gerät bewahrt eine Stimme dieser Wahl auf, die noch nicht gezählt ist.',
  'problem.voted-already':
    'Von diesem Gerät wurde schon eine Stimme dieser Wahl gezählt. Sehen Sie deren Beleg an, oder prüfen Sie sie auf irgendeinem Gerät.',
  'problem.may-vote-again': 'Von diesem Gerät wurde eine Stimme von Ihnen gezählt. Sie dürfen sie ersetzen.',
  'problem.no-voting-again':
    'Bei dieser Wahl können Sie nicht noch einmal abstimmen, oder nicht so oft. Ihre frühere Stimme gilt weiter.',
  'problem.election-unknown': 'Diese Wahl gibt es nicht mehr. Fragen Sie die Wahlleitung.',
  'problem.not-yet-open':
    'Die Wahl hat noch nicht begonnen. Ihre Stimme bleibt hier; versuchen Sie es wieder, wenn sie beginnt.',
  'problem.closed':
    'Die Wahl ist geschlossen, und Ihre Stimme wurde nicht gespeichert. Wenn sie Ihrer Meinung nach noch offen sein müsste, fragen Sie die Wahlleitung.',
  'problem.proof-refused':
    'Ihr Nachweis wurde abgelehnt: Er ist falsch, abgelaufen oder schon benutzt. Ihre Stimme bleibt hier. Mit einem anderen Nachweis geht es weiter.',
  'problem.not-eligible':
    'Das Wahlverzeichnis kennt kein Stimmrecht von Ihnen für diese Wahl. Fragen Sie die Wahlleitung.',
  'problem.token-used-up':
    'Mit diesem Recht wurde schon eine Stimme begonnen, vielleicht auf einem anderen Gerät. Bringen Sie sie dort zu Ende; waren Sie das nicht, sagen Sie es der Wahlleitung.',
  'problem.token-forged':
    'Was das Wahlverzeichnis antwortet, ist keine Unterschrift unter Ihre Stimme. Es wurde nichts gesendet. Sagen Sie es der Wahlleitung.',
  'problem.refused': 'Die Stimme wurde abgelehnt und ist nicht gespeichert. Fragen Sie die Wahlleitung.',
  'problem.unreachable':
    'Kein Dienst war erreichbar. Ihre Stimme bleibt hier und wurde nicht gesendet. Versuchen Sie es später noch einmal.',
  'problem.outcome-unknown':
    'Vielleicht ist Ihre Stimme gespeichert, vielleicht nicht. Sie bleibt hier; ein neuer Versuch schadet nicht, sie zählt höchstens einmal.',
  'problem.not-counted-yet':
    'Ihre Stimme ist gespeichert, und die Quittung ist echt. Das Zählen dauert länger als sonst.',
  'problem.set-aside':
    'Ihre Stimme ist gespeichert und wurde beiseitegelegt. Die Quittung beweist, dass sie angenommen wurde: Zeigen Sie sie der Wahlleitung.',
  'problem.rejected':
    'Ihre Stimme ist gespeichert und wurde verworfen. Haben Sie eine Quittung, zeigen Sie sie der Wahlleitung.',
  'problem.stopped': 'Gerade arbeitet niemand an Ihrer Stimme. Sie bleibt, wie sie ist.',
  'problem.changed-elsewhere':
    'Ein anderer Tab arbeitet an dieser Stimme. Sehen Sie dort nach, oder machen Sie hier weiter.',
  'problem.store-failed':
    'Dieser Browser kann Ihre Stimme nicht sicher aufbewahren; deshalb wurde nichts weiter gesendet. Schaffen Sie Platz oder verlassen Sie das private Fenster, dann versuchen Sie es noch einmal.',
  'problem.resume': 'Noch einmal versuchen',
  'problem.wait': 'Noch einmal versuchen',
  'problem.prove-again': 'Nachweis noch einmal geben',
  'problem.change-choice': 'Wahl ändern',
  'problem.vote-again': 'Noch einmal abstimmen',
  'problem.code': 'Der Dienst sagte: {code}',
  'problem.receipt': 'Quittung ansehen',

  'receipt.title': 'Ihre Quittung',
  'receipt.counted': 'Ihre Stimme ist gezählt.',
  'receipt.superseded': 'Ihre Stimme wurde gezählt; an ihrer Stelle zählt Ihre spätere.',
  'receipt.none': 'Dieses Gerät hat keine Quittung dieser Wahl',
  'receipt.none-why':
    'Quittungen bleiben auf dem Gerät, von dem die Stimme kam. Haben Sie Ihre gespeichert, prüfen Sie sie hier:',
  'receipt.lost':
    'Die Quittung ging unterwegs verloren; die Stimme ist trotzdem gezählt. Die Stimm-ID genügt, um nach ihr zu fragen.',
  'receipt.vote-id': 'Stimm-ID',
  'copy.failed': 'Es konnte nicht kopiert werden: Markieren und kopieren Sie es von Hand.',
  'receipt.copy': 'Kopieren',
  'receipt.copied': 'Kopiert.',
  'receipt.qr': 'QR-Code, der zum Stand dieser Stimme führt',
  'receipt.qr-help': 'Scannen Sie ihn, um Ihrer Stimme auf einem anderen Gerät zu folgen.',
  'receipt.download': 'Quittung speichern',
  'receipt.check': 'Prüfen',
  'receipt.secret':
    'Die Quittung nennt Ihre Wahl nicht. Werden die Stimmen später veröffentlicht, kann jeder, der sie hat, Ihre Wahl nachsehen: Behalten Sie sie für sich.',
  'receipt.forget': 'Von diesem Gerät löschen',
  'receipt.forget-sure':
    'Die Quittung von diesem Gerät löschen? Speichern Sie sie vorher: Es gibt keine zweite.',

  'check.title': 'Quittung prüfen',
  'check.intro':
    'Fügen Sie eine Quittung ein oder wählen Sie ihre Datei. Sie wird auf diesem Gerät geprüft und nirgendwohin gesendet.',
  'check.text': 'Quittung',
  'check.file': 'Datei wählen',
  'check.go': 'Prüfen',
  'check.unreadable': 'Das ist keine Quittung. Eine Quittung ist der ganze Text der gespeicherten Datei.',
  'check.working': 'Die Quittung wird geprüft …',
  'check.ok': 'Die Quittung ist echt',
  'check.ok-why': 'Die Stimme wurde gespeichert: {when}, im Protokoll an Stelle {place}.',
  'check.bad': 'Die Quittung ist nicht echt',
  'check.receipt-key-unknown': 'Sie ist mit einem Schlüssel unterschrieben, den diese Wahl nicht hat.',
  'check.certificate-invalid': 'Das Zertifikat darin gilt nicht.',
  'check.path-invalid': 'Sie wurde verändert: Ihre Teile passen nicht zusammen.',
  'check.signature-invalid': 'Sie wurde verändert: Die Unterschrift passt nicht.',
  'check.unverified': 'Eine Stimm-ID allein beweist nichts; dies sagt der Ergebnisdienst über sie.',
  'check.status': 'Stand der Stimme',
  'check.asking': 'Es wird gefragt, was aus der Stimme wurde …',
  'check.live': 'Diese Zeile folgt der Stimme von selbst.',
  'check.unreachable': 'Der Ergebnisdienst antwortet gerade nicht. Die Seite fragt weiter.',
  'status.counted': 'Gezählt.',
  'status.superseded': 'Gezählt, dann durch eine spätere Stimme derselben Person ersetzt.',
  'status.older-revision':
    'Nach einer späteren Stimme derselben Person gespeichert, die an ihrer Stelle zählt.',
  'status.quarantined':
    'Beiseitegelegt: Die Wahlleitung muss sie ansehen. Es wird von selbst noch einmal versucht.',
  'status.rejected': 'Verworfen.',
  'status.unknown': 'Noch nicht gezählt, oder es gibt diese Stimme nicht.',

  'waiting.notice': 'Eine Stimme von Ihnen wartet auf diesem Gerät.',
  'waiting.go': 'Weitermachen',

  'mode.secret': 'geheime Wahl',
  'mode.pseudonymous': 'Stimmen unter Pseudonymen',
  'results.title': 'Ergebnisse',
  'results.none': 'Noch sind keine Stimmen gezählt. Ergebnisse erscheinen hier von selbst.',
  'results.waiting': 'Warten auf die ersten Ergebnisse …',
  'results.hidden-until':
    'Die Ergebnisse dieser Wahl bleiben verborgen, bis sie schließt: {when}. Gezählt wird inzwischen.',
  'results.hidden-closed':
    'Die Abstimmung ist beendet. Die Ergebnisse erscheinen hier von selbst, sobald die letzte Stimme gezählt ist.',
  'results.provisional': 'Vorläufig',
  'results.official': 'Amtlich',
  'results.leading': 'Führt',
  'results.most': 'Meiste Stimmen',
  'results.level': 'Gleichauf',
  'results.counted': 'Gezählte Stimmen',
  'results.pace': 'Stimmen pro Sekunde',
  'results.version': 'Nummer des Standes',
  'results.not-known': 'noch nicht bekannt',
  'results.table': '{title}: Optionen nach Stimmen',
  'results.option': 'Option',
  'results.votes-head': 'Stimmen',
  'results.share': 'Anteil',
  'results.votes': '{count, plural, one {# Stimme} other {# Stimmen}}',
  'results.votes-word': '{count, plural, one {Stimme,} other {Stimmen,}}',
  'results.as-chart': 'Diagramm',
  'results.as-table': 'Tabelle',
  'results.show-as': 'Ergebnisse zeigen als',
  'results.shares-of':
    '{count, plural, one {Anteile an # gezählten Stimme.} other {Anteile an # gezählten Stimmen.}}',
  'results.several-marks':
    'Eine Stimme darf bis zu {max, number} Optionen markieren; Anteile können zusammen mehr als 100 % sein.',
  'results.blank': '{count, plural, one {# Stimme markiert nichts.} other {# Stimmen markieren nichts.}}',
  'results.final-read': 'Endstand, gelesen',
  'results.updated': 'aktualisiert',
  'connection.connecting': 'Verbinden …',
  'connection.live': 'Live',
  'connection.polling': 'Fragt alle 2 s',
  'connection.reconnecting': 'Neu verbinden …',
  'connection.polling-why': 'Die Live-Verbindung ist unterbrochen; die Zahlen sind trotzdem aktuell.',
  'connection.reconnecting-why':
    'Der Ergebnisdienst antwortet gerade nicht. Gezeigt wird, was zuletzt ankam.',
  'connection.away': 'Der Ergebnisdienst antwortet gerade nicht.',
  'intake.title': 'Wo die Stimmen ankamen',
  'intake.why': 'Die Annahmestellen der gezählten Stimmen, und was jede zuletzt brachte.',
  'intake.nothing-new': 'noch nichts Neues',
  'intake.gained-now': '+{count} gerade eben',
  'intake.gained': 'zuletzt +{count}, {age}',
  'age.now': 'gerade eben',
  'age.ago': 'vor {span}',
  'age.seconds': '{count, number} s',
  'age.minutes': '{count, number} min',
  'age.hours': '{count, number} h',
  'age.days': '{count, plural, one {# Tag} other {# Tagen}}',
  'announce.level': '{contest}: {option} und andere gleichauf mit {votes}.',
  'announce.leads': '{contest}: {option} führt mit {votes}',
  'announce.most': '{contest}: {option} hat die meisten: {votes}',
  'announce.margin': ', {count} vor {option}',
  'announce.so-far': 'Bisher gezählt: {votes}.',
  'announce.in-all': 'Insgesamt gezählt: {votes}, amtlich.',
};

import type { Catalog } from './en.ts';

export const messages: Catalog = {
  'page.name': 'Suffrage',
  'page.loading': 'Cargando la página…',
  'page.skip': 'Ir al contenido',
  'page.promise':
    'Todo voto aceptado se conserva, se cuenta como mucho una vez y cualquiera puede comprobarlo.',
  'page.broken': 'No se pudo cargar esta parte de la página',
  'page.broken-why': 'Puede faltar la red, o la página se renovó entretanto. Lo emitido se conserva.',
  'page.again': 'Intentar de nuevo',
  'nav.main': 'Principal',
  'nav.elections': 'Todas las elecciones',
  'nav.check': 'Comprobar un recibo',
  'nowhere.title': 'No hay nada en esta dirección',
  'nowhere.why': 'El enlace puede estar incompleto.',

  'settings.title': 'Presentación e idioma',
  'settings.language': 'Idioma',
  'settings.large-text': 'Texto grande',
  'settings.high-contrast': 'Alto contraste',

  'elections.title': 'Elecciones',
  'elections.intro': 'Vote mientras una elección esté abierta y siga el recuento.',
  'elections.loading': 'Cargando las elecciones…',
  'elections.unreachable': 'No se puede acceder a las elecciones',
  'registrar.away': 'El registro no responde en este momento. Esta página lo intenta cada pocos segundos.',
  'elections.none': 'Aún no se ha publicado ninguna elección. Aparecerá aquí por sí sola.',
  'elections.open': 'Abiertas ahora',
  'elections.coming': 'Próximamente',
  'elections.finished': 'Terminadas',
  'elections.contests': '{count, plural, one {# votación} other {# votaciones}}',
  'elections.vote': 'Votar',
  'elections.read-ballot': 'Leer la papeleta',
  'elections.results': 'Ver los resultados',

  'phase.draft': 'Borrador',
  'phase.scheduled': 'Aún no abierta',
  'phase.open': 'Abierta',
  'phase.closed': 'Cerrada',
  'phase.sealed': 'Sellada',
  'schedule.opens': 'Abre: {when}',
  'schedule.open-until': 'Abierta hasta: {when}',
  'schedule.closed': 'Cerró: {when}',

  'election.loading': 'Cargando la elección…',
  'election.unreachable': 'No se puede acceder a la elección',
  'election.unknown': 'Esta elección no existe',
  'election.unknown-why': 'El enlace puede estar incompleto, o la elección aún no se ha publicado.',
  'election.all': 'Ver todas las elecciones',

  'vote.looking': 'Comprobando si este dispositivo guarda un voto suyo…',
  'vote.looking-long':
    'Otra pestaña de este navegador está trabajando en su voto. Esta sigue en cuanto aquella termine.',
  'vote.not-open': 'La votación no ha empezado. Puede leer la papeleta; las marcas no se guardan.',
  'vote.over': 'La votación ha terminado',
  'vote.over-why': 'Esta elección ya no admite votos.',
  'vote.step': 'Paso {step} de {steps}',

  'ballot.title': 'Su papeleta',
  'ballot.choose-up-to':
    '{max, plural, one {Elija una opción, o ninguna.} other {Elija hasta #, o ninguna.}}',
  'ballot.choose-exactly': '{max, plural, one {Elija exactamente una.} other {Elija exactamente #.}}',
  'ballot.choose-range': 'Elija de {min, number} a {max, number}.',
  'ballot.marked': '{count, plural, =0 {Nada marcado.} one {# marcada.} other {# marcadas.}}',
  'ballot.too-few': '{missing, plural, one {Falta una marca.} other {Faltan # marcas.}}',
  'ballot.full':
    '{max, plural, one {Para elegir otra, desmarque esta.} other {Las # están marcadas. Para elegir otra, desmarque antes una.}}',
  'ballot.exclusive': 'Va sola: al marcarla se desmarcan las demás.',
  'ballot.exclusive-marked': 'Es una respuesta completa. Si marca otra opción, esta se desmarca.',
  'ballot.blank': 'Puede no marcar nada; cuenta como voto en blanco.',
  'ballot.clear': 'Desmarcar',
  'ballot.picture-elsewhere': 'Imagen (en {host})',
  'ballot.next': 'Continuar',
  'ballot.incomplete':
    '{count, plural, one {Una votación está incompleta.} other {# votaciones están incompletas.}}',

  'proof.title': 'Su derecho a votar',
  'proof.code': 'Código de un solo uso',
  'proof.code-help':
    '18 letras y cifras de su carta electoral. No importan las mayúsculas, los espacios ni los guiones.',
  'proof.code-typed': '{count, plural, one {# de 18 símbolos.} other {# de 18 símbolos.}}',
  'proof.code-wrong': 'Un símbolo es erróneo o dos están cambiados. Compárelo con su carta.',
  'proof.code-symbol': 'Un código solo tiene cifras y letras, sin la U.',
  'proof.code-long': 'Son más de 18 símbolos.',
  'proof.code-good': 'El código está bien escrito.',
  'proof.name': 'El nombre con el que vota en esta elección',
  'proof.name-help': 'Use el mismo nombre si vuelve a votar. No se muestra a nadie junto a su voto.',
  'proof.one-device':
    'Desde aquí siga en este dispositivo: el voto solo puede terminarse donde empezó. Si lo pierde antes de que se cuente, nadie puede darle otro.',
  'proof.sign-in': 'Esta elección pide identificarse',
  'proof.sign-in-why':
    'Esta página no puede identificarle. Vote con la aplicación que le dieron quienes organizan la elección.',
  'proof.back': 'Volver a la papeleta',
  'proof.next': 'Revisar su voto',

  'review.title': 'Revise su voto',
  'review.nothing': 'Nada marcado',
  'review.change': 'Cambiar',
  'review.final': 'Un voto emitido no se puede retirar.',
  'review.revote': 'Puede volver a votar hasta el cierre; cuenta el último voto.',
  'review.cast': 'Emitir su voto',
  'review.session': 'Obteniendo su derecho a votar…',
  'review.session-failed': 'Aún no tiene derecho a votar: {why} No se envió nada.',

  'progress.title': 'Emitiendo su voto',
  'progress.token': 'Token: el registro firma su voto sin verlo',
  'progress.sent': 'Enviado: en camino para guardarse',
  'progress.stored': 'Guardado: en varios servidores, con un recibo firmado',
  'progress.counted': 'Contado',
  'progress.done': 'hecho',
  'progress.now': 'en curso',
  'progress.later': 'pendiente',
  'progress.saying-token': 'Pidiendo al registro que firme su voto…',
  'progress.saying-sent': 'Enviando su voto…',
  'progress.saying-stored': 'Esperando a que su voto se guarde…',
  'progress.saying-counted': 'Su voto está guardado. Esperando a que se cuente…',
  'progress.offline':
    'Este dispositivo no tiene red. Su voto se conserva aquí y sigue por sí solo cuando vuelva la red.',
  'progress.keep': 'Puede cerrar esta página: el voto queda en este dispositivo y sigue cuando vuelva.',
  'progress.once': 'Por muchas veces que se repita, se cuenta una.',

  'problem.title': 'Su voto aún no está contado',
  'problem.choice-invalid':
    'Las marcas no encajan en la papeleta. No se envió nada. Cambie su elección y vuelva a emitirla.',
  'problem.vote-unfinished': 'Este dispositivo guarda un voto de esta elección que aún no está contado.',
  'problem.voted-already': 'Ya se contó un voto de esta elección desde este dispositivo.',
  'problem.may-vote-again': 'Se contó un voto suyo desde este dispositivo. Puede sustituirlo.',
  'problem.no-voting-again': 'En esta elección no puede volver a votar, o no tantas veces.',
  'problem.election-unknown': 'Esta elección ya no existe. Pregunte a quienes la organizan.',
  'problem.not-yet-open': 'La elección aún no está abierta. Su voto se conserva; inténtelo cuando abra.',
  'problem.closed': 'La elección está cerrada y su voto no se guardó.',
  'problem.proof-refused':
    'Su prueba fue rechazada: es errónea, ha caducado o ya se usó. Su voto se conserva. Dé otra prueba para seguir.',
  'problem.not-eligible':
    'El registro no le reconoce derecho a este voto. Pregunte a quienes organizan la elección.',
  'problem.token-used-up':
    'Con este derecho ya se empezó un voto, quizá en otro dispositivo. Termínelo allí; si no fue usted, avise a quienes organizan la elección.',
  'problem.token-forged':
    'La respuesta del registro no es una firma de su voto. No se envió nada. Avise a quienes organizan la elección.',
  'problem.refused': 'El voto fue rechazado y no está guardado. Pregunte a quienes organizan la elección.',
  'problem.unreachable':
    'No se pudo acceder a ningún servicio. Su voto se conserva y no se envió. Inténtelo más tarde.',
  'problem.outcome-unknown':
    'Su voto puede estar guardado o no. Se conserva aquí; puede intentarlo de nuevo sin riesgo, se cuenta como mucho una vez.',
  'problem.not-counted-yet':
    'Su voto está guardado y su recibo es bueno. El recuento tarda más de lo normal.',
  'problem.set-aside':
    'Su voto está guardado y fue apartado. El recibo prueba que se aceptó: muéstrelo a quienes organizan la elección.',
  'problem.rejected':
    'Su voto está guardado y fue rechazado. Si tiene un recibo, muéstrelo a quienes organizan la elección.',
  'problem.stopped': 'Nadie trabaja ahora en su voto. Se conserva como está.',
  'problem.changed-elsewhere': 'Otra pestaña trabaja en este voto. Mire allí o siga aquí.',
  'problem.store-failed':
    'Este navegador no puede guardar su voto con seguridad, así que no se envió nada más. Libere espacio o salga de la navegación privada e inténtelo de nuevo.',
  'problem.resume': 'Intentar de nuevo',
  'problem.wait': 'Intentar de nuevo',
  'problem.prove-again': 'Dar la prueba de nuevo',
  'problem.change-choice': 'Cambiar su elección',
  'problem.vote-again': 'Volver a votar',
  'problem.code': 'El servicio dijo: {code}',
  'problem.receipt': 'Ver el recibo',

  'receipt.title': 'Su recibo',
  'receipt.counted': 'Su voto está contado.',
  'receipt.superseded': 'Su voto se contó, y en su lugar cuenta uno posterior suyo.',
  'receipt.none': 'Este dispositivo no guarda ningún recibo de esta elección',
  'receipt.none-why':
    'Los recibos quedan en el dispositivo que emitió el voto. Si guardó el suyo, compruébelo aquí:',
  'receipt.lost':
    'El recibo se perdió por el camino; el voto está contado de todos modos. Basta su ID de voto para preguntar por él.',
  'receipt.vote-id': 'ID de voto',
  'receipt.copy': 'Copiar',
  'receipt.copied': 'Copiado.',
  'receipt.qr': 'Código QR que lleva al estado de este voto',
  'receipt.qr-help': 'Escanéelo para seguir su voto en otro dispositivo.',
  'receipt.download': 'Guardar el recibo',
  'receipt.check': 'Comprobarlo',
  'receipt.secret':
    'El recibo no dice qué eligió. Si los votos se publican más tarde, quien lo tenga puede averiguarlo: no lo comparta.',
  'receipt.forget': 'Borrarlo de este dispositivo',
  'receipt.forget-sure': '¿Borrar el recibo de este dispositivo? Guárdelo antes: no hay otra copia.',

  'check.title': 'Comprobar un recibo',
  'check.intro': 'Pegue un recibo o elija su archivo. Se verifica en este dispositivo y no se envía a nadie.',
  'check.text': 'Recibo',
  'check.file': 'Elegir un archivo',
  'check.go': 'Comprobar',
  'check.unreadable': 'Esto no es un recibo. Un recibo es el texto entero del archivo que guardó.',
  'check.working': 'Verificando el recibo…',
  'check.ok': 'El recibo es auténtico',
  'check.ok-why': 'El voto se guardó: {when}, en el registro, lugar {place}.',
  'check.bad': 'El recibo no es auténtico',
  'check.receipt-key-unknown': 'Está firmado con una clave que esta elección no tiene.',
  'check.certificate-invalid': 'El certificado que contiene no es válido.',
  'check.path-invalid': 'Se modificó: sus partes no encajan.',
  'check.signature-invalid': 'Se modificó: la firma no encaja.',
  'check.unverified': 'Un ID de voto por sí solo no prueba nada; esto dice de él el servicio de resultados.',
  'check.status': 'Estado del voto',
  'check.asking': 'Preguntando qué fue del voto…',
  'check.live': 'Esta línea sigue el voto por sí sola.',
  'check.unreachable': 'El servicio de resultados no responde en este momento. La página sigue preguntando.',
  'status.counted': 'Contado.',
  'status.superseded': 'Contado y luego sustituido por un voto posterior de la misma persona.',
  'status.older-revision':
    'Guardado después de un voto posterior de la misma persona, que cuenta en su lugar.',
  'status.quarantined':
    'Apartado: quienes organizan la elección deben mirarlo. Se intenta de nuevo por sí solo.',
  'status.rejected': 'Rechazado.',
  'status.unknown': 'Aún no contado, o ese voto no existe.',

  'waiting.notice': 'Un voto suyo espera en este dispositivo.',
  'waiting.go': 'Seguir con él',
};

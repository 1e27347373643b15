//! The Spanish words of the command line, one line a command, an argument or a value.
//!
//! A key is what is typed: `retry now`, `retry now --dry-run`, `--json` (of every command), `generate <files>` (an argument
//! without a name, by its id), `--color=auto` (a value). The key with its command counts before the one without.

/// What a command is for.
const COMMANDS: &[(&str, &str)] = &[
    ("", "Firme, envíe y dé seguimiento a los comprobantes electrónicos de Costa Rica"),
    ("init", "Escribe una configuración comentada y una base de datos vacía; no reemplaza nada"),
    ("import", "Toma comprobantes en XML, sin firmar o ya firmados, y los guarda en la base de datos"),
    ("generate", "Hace comprobantes a partir de JSON, TOML o CSV, numerados y guardados como borradores"),
    ("generate mensaje", "Confirma un comprobante recibido: lo acepta, lo acepta en parte o lo rechaza"),
    (
        "discard",
        "Descarta borradores, y documentos firmados que nunca se enviaron; se conservan, y su número no se usa nunca más",
    ),
    ("validate", "Dice qué rechazaría o advertiría Hacienda, antes de enviar"),
    (
        "numbering",
        "Muestra las series de consecutivos: su último número, huecos, duplicados y números que Hacienda da por usados",
    ),
    ("numbering start", "El próximo documento de una serie lleva este número; para quien viene de otro sistema"),
    ("codes", "Busca en las listas de códigos del anexo"),
    ("sign", "Firma borradores"),
    ("submit", "Envía documentos firmados; el que se nombra, también cuando está en `error` y Hacienda no lo conoce"),
    (
        "poll",
        "Pregunta por la respuesta a los documentos enviados; lo que Hacienda no conoce se envía otra vez con los mismos bytes",
    ),
    ("retry", "La cola de los pasos que fallaron"),
    ("retry run", "Trabaja lo que ya toca en la cola"),
    ("retry now", "Intenta ya lo que está en la cola, también lo que falló del todo; sus intentos comienzan de nuevo"),
    ("retry list", "Muestra la cola, lo más urgente primero"),
    ("retry cancel", "Da por terminadas entradas de la cola sin volver a intentar"),
    ("responses", "Lo que respondió Hacienda"),
    ("responses list", "Muestra las respuestas, las más antiguas primero"),
    ("responses show", "Muestra una respuesta, o la respuesta final a un documento"),
    ("responses export", "Escribe las respuestas como CSV, o cada MensajeHacienda como CLAVE_respuesta.xml"),
    ("list", "Muestra los documentos, los más recientes primero"),
    ("show", "Muestra un documento con sus respuestas, su cola y su historia"),
    ("verify", "Revisa la firma de un XML (nuestro, de un proveedor, de Hacienda) y dice qué parte falla"),
    ("doctor", "Revisa configuración, permisos, base de datos, certificados, reloj e ingreso"),
    ("cleanup", "Elimina lo que ya no hace falta; los documentos nunca se eliminan"),
    (
        "cleanup responses",
        "Elimina respuestas viejas. El MensajeHacienda final queda con su documento: la ley pide cinco años",
    ),
    ("cleanup queue", "Elimina de la cola lo terminado y lo cancelado"),
    ("stats", "Cuenta documentos, respuestas y entradas de la cola"),
    (
        "run",
        "Hace todo lo que toca: firmar (donde `auto_sign` lo dice), enviar, preguntar, reintentar, avisos, métricas. Para un solo temporizador",
    ),
    ("deadlines", "Muestra los plazos de ley de los documentos que no tienen respuesta"),
    ("backup", "Escribe una copia verificada de la base de datos mientras otros trabajan con ella"),
    (
        "restore",
        "Pone en su lugar una copia verificada, y pregunta a la lista de Hacienda qué números se usaron desde entonces",
    ),
    ("simulator", "Un sustituto local de Hacienda, para ensayos; solo en esta máquina"),
    ("demo", "Ensaya la vida entera de comprobantes de muestra con ese sustituto, en una carpeta temporal"),
    ("completions", "Escribe el autocompletado para un intérprete de comandos"),
];

/// What an argument means.
const ARGUMENTS: &[(&str, &str)] = &[
    // Of every command.
    (
        "--config",
        "Archivo de configuración [por omisión: el primero de $CR_EINVOICE_CONFIG, ./cr-einvoice.toml, \
         $XDG_CONFIG_HOME/cr-einvoice/config.toml, /etc/cr-einvoice/config.toml]",
    ),
    ("--company", "Solo esta empresa, por su id en la configuración"),
    ("--language", "Idioma en que se le habla [por omisión: el de la configuración, si no el del sistema]"),
    ("--json", "Escribe un objeto JSON en vez de tablas"),
    ("--quiet", "No escribe nada si todo está bien"),
    ("--verbose", "Dice más en la salida de errores; repetida, aún más"),
    ("--no-progress", "Sin barra de avance"),
    ("--color", "Colores en el registro"),
    ("--help", "Muestra la ayuda"),
    ("--version", "Muestra la versión"),
    ("--dry-run", "Muestra lo que se haría; no envía ni cambia nada"),
    // Of runs.
    ("--limit", "A lo sumo tantos documentos"),
    ("--max-duration", "No comienza nada nuevo después de tantos segundos"),
    ("<selectors>", "Claves, consecutivos o rutas de archivos XML (se importan primero); ninguno: todo lo que toca"),
    ("--from", "Emitidos este día o después (Costa Rica)"),
    ("--to", "Emitidos este día o antes (Costa Rica)"),
    ("init <dir>", "Carpeta donde se escriben"),
    ("init --dry-run", "Muestra lo que se escribiría"),
    (
        "import <paths>",
        "Archivos, carpetas (todo .xml que contengan, también por enlaces; cada carpeta una vez) o `-`: la entrada estándar",
    ),
    (
        "import --taken",
        "Mueve a esta carpeta los archivos cuyo documento está en la base de datos, para una carpeta que otro programa llena. \
         Los archivos escritos en los últimos diez segundos quedan para la próxima vez",
    ),
    ("import --refused", "Mueve a esta carpeta los archivos que no se aceptan, de igual modo"),
    ("import --dry-run", "Revisa los archivos y muestra lo que se importaría"),
    ("generate <files>", "Archivos JSON, TOML, CSV o .xlsx, o `-`: la entrada estándar"),
    ("generate --template", "Escribe un ejemplo para llenar: FE, ND, NC, TE, FEC, FEE, REP o MR"),
    ("generate --csv", "Con --template: una hoja con columnas en español, para una hoja de cálculo"),
    ("generate --print-schema", "Escribe el JSON Schema de la entrada"),
    (
        "generate --decimal",
        "El signo decimal de los números en hojas, donde alguno se puede leer de dos maneras: comma o point",
    ),
    ("generate --all-or-nothing", "No hace nada si algún documento de algún archivo está mal"),
    (
        "generate --again",
        "Hace otra vez lo que una entrada sin ids ya hizo, y de nuevo lo que se hizo con un id y se descartó",
    ),
    (
        "generate --of",
        "A partir de este documento: una nota, su reemplazo después de un rechazo, o el recibo de su pago",
    ),
    ("generate --kind", "El tipo, si la entrada no lo dice"),
    ("generate --code", "Con --of: el código de la referencia (nota 9), si no es el usual"),
    ("generate --reason", "Con --of: la razón de la referencia"),
    ("generate --output", "Escribe también cada documento en CARPETA/CLAVE.xml"),
    ("generate --dry-run", "Calcula y muestra; no toma número ni guarda nada"),
    ("generate mensaje <target>", "El archivo XML recibido, o la clave de un documento de la base de datos"),
    ("generate mensaje --accept", "Acéptelo"),
    ("generate mensaje --partial", "Acéptelo en parte; necesita --reason"),
    ("generate mensaje --reject", "Rechácelo; necesita --reason"),
    ("generate mensaje --reason", "Por qué, de 5 a 160 caracteres (DetalleMensaje)"),
    ("generate mensaje --activity", "La actividad del receptor a la que va el crédito (CodigoActividad)"),
    (
        "generate mensaje --condition",
        "Qué pasa con el IVA: 01 crédito, 02 crédito parcial, 03 bienes de capital, 04 gasto, 05 proporcional",
    ),
    ("generate mensaje --creditable", "El impuesto que da crédito, si no es todo (MontoTotalImpuestoAcreditar)"),
    ("generate mensaje --expense", "La parte del total que es gasto, si no es todo (MontoTotalDeGastoAplicable)"),
    ("generate mensaje --again", "Lo confirma otra vez, o de otra manera, aunque ya haya una confirmación"),
    (
        "generate mensaje --despite",
        "Lo confirma aunque Hacienda lo haya rechazado, su firma no valga, o los montos o la actividad no calcen",
    ),
    ("generate mensaje --output", "Lo escribe también en CARPETA"),
    ("generate mensaje --dry-run", "Calcula y muestra; no toma número ni guarda nada"),
    (
        "validate <targets>",
        "Archivos XML, carpetas (todo .xml que contengan, también por enlaces; cada carpeta una vez), `-`: la entrada estándar, \
         claves o consecutivos",
    ),
    ("numbering start <kind>", "FE, ND, NC, TE, FEC, FEE o REP; o un tipo de documento de la nota 3, 01 a 10"),
    ("numbering start <number>", "El próximo número, 1 a 9999999999"),
    ("numbering start --branch", "La sucursal [por omisión: la de la empresa]"),
    ("numbering start --terminal", "La terminal [por omisión: la de la empresa]"),
    ("codes <list>", "La lista; ninguna: los nombres de todas"),
    ("codes <text>", "Un código, o palabras de la descripción"),
    ("sign --no-validate", "Firma también lo que Hacienda rechazaría"),
    ("retry now <entries>", "Números de entradas, o claves"),
    ("retry now --all", "Todas las que esperan o fallaron; con --company, las de una empresa"),
    (
        "retry now --category",
        "Las que fallaron por este motivo: transient, rate_limit, network, server, auth, validation o unknown",
    ),
    ("retry now --state", "Las que están en este estado: pending o failed"),
    ("retry list --state", "Solo entradas en este estado: pending, processing, completed, failed, cancelled"),
    ("retry cancel <entries>", "Números de entradas"),
    ("retry cancel --dry-run", "Muestra lo que se haría; no cambia nada"),
    ("responses list --limit", "A lo sumo tantas; 0: todas"),
    ("responses list --offset", "Omite tantas de las primeras"),
    ("retry list --limit", "A lo sumo tantas; 0: todas"),
    ("retry list --offset", "Omite tantas de las primeras"),
    ("deadlines --limit", "A lo sumo tantos; 0: todos"),
    ("deadlines --offset", "Omite tantos de los primeros"),
    ("responses show <id>", "Su número, o la clave del documento"),
    ("responses show --xml", "Escribe el MensajeHacienda"),
    ("responses show --raw", "Escribe los bytes de la respuesta como llegaron"),
    ("responses list <clave>", "De este documento"),
    ("responses export <clave>", "De este documento"),
    ("--error-code", "Con este código en DetalleMensaje, por ejemplo -99"),
    ("--type", "acceptance, rejection, confirmation u other"),
    ("responses list --from", "Recibidas este día o después (Costa Rica)"),
    ("responses list --to", "Recibidas este día o antes (Costa Rica)"),
    ("responses export --from", "Recibidas este día o después (Costa Rica)"),
    ("responses export --to", "Recibidas este día o antes (Costa Rica)"),
    ("responses export --format", "CSV, o una carpeta de archivos XML"),
    ("responses export --output", "Archivo (csv; sin esta opción, la salida estándar) o carpeta (xml) que se escribe"),
    ("list --state", "draft, signed, submitted, accepted, rejected, error o discarded; varios con comas"),
    ("list --kind", "FE, ND, NC, TE, MR, FEC, FEE o REP; varios con comas"),
    ("list --month", "Emitidos en este mes (Costa Rica)"),
    ("list --receptor", "Identificación del receptor, con o sin guiones, o una parte de su nombre"),
    (
        "list --search",
        "Una parte de la clave, del consecutivo, de la identificación o del nombre del receptor; o el total. Mayúsculas y tildes \
         no cuentan",
    ),
    ("list --min-total", "Con un total de este monto o más, en la moneda de cada uno"),
    ("list --max-total", "Con un total de este monto o menos, en la moneda de cada uno"),
    ("list --offset", "Omite tantos de los más recientes"),
    ("list --limit", "A lo sumo tantos; 0: todos"),
    ("show <clave>", "Clave o consecutivo"),
    ("show --xml", "Escribe el XML guardado: los bytes firmados, o el borrador"),
    ("discard <claves>", "Claves o consecutivos"),
    ("discard --reason", "Por qué; se conserva con cada documento"),
    ("discard --dry-run", "Muestra lo que se descartaría; no cambia nada"),
    ("verify <target>", "Un archivo XML, `-`: la entrada estándar, o una clave"),
    ("verify --events", "Revisa en su lugar el registro de eventos: nada cambiado, nada ausente"),
    ("doctor --offline", "Sin la red"),
    ("doctor --full", "Lee toda la base de datos, por grande que sea: su estructura, cada evento y cada papel"),
    ("cleanup responses --days", "Más viejas que tantos días [por omisión: response_retention_days]"),
    ("cleanup responses --dry-run", "Muestra qué se eliminaría, y por qué"),
    ("cleanup queue --days", "Terminadas hace más de tantos días [por omisión: queue_retention_days]"),
    ("cleanup queue --include-failed", "También las entradas que fallaron del todo"),
    ("cleanup queue --dry-run", "Muestra qué se eliminaría, y por qué"),
    ("stats --from", "Documentos emitidos este día o después (Costa Rica)"),
    ("stats --to", "Documentos emitidos este día o antes (Costa Rica)"),
    ("stats --prometheus", "Escribe las métricas en el formato de texto de Prometheus"),
    ("stats --output", "Las escribe en este archivo de un solo paso, para el textfile collector de node_exporter"),
    ("run --only", "Solo estos pasos"),
    ("run --metrics", "Escribe las métricas de `stats --prometheus` en este archivo"),
    ("backup <file>", "Archivo que se escribe; las copias anteriores se conservan según --keep"),
    ("backup --keep", "Copias anteriores que se conservan"),
    ("restore <file>", "El archivo que escribió `backup`; la misma base de datos, si se repuso por otros medios"),
    ("restore --offline", "No pregunta por la lista de Hacienda"),
    ("restore --dry-run", "Revisa la copia y muestra lo que se haría"),
    ("simulator --listen", "Dirección en que escucha; el puerto 0 toma uno libre"),
    ("simulator --script", "Fallas que representa, como en examples/simulator.toml"),
    ("completions <shell>", "El intérprete de comandos"),
];

/// What the values of an argument mean.
const VALUES: &[(&str, &str)] = &[
    ("--color=auto", "en un terminal"),
    ("--color=always", "siempre"),
    ("--color=never", "nunca"),
    ("run --only=sign", "firmar los borradores de las empresas con `auto_sign = true`"),
    ("run --only=submit", "enviar los documentos firmados"),
    ("run --only=poll", "preguntar por las respuestas"),
    ("run --only=retry", "trabajar la cola de reintentos"),
    ("run --only=notices", "ver qué certificados y plazos están por vencer, y enviar los avisos"),
    ("run --only=metrics", "escribir las métricas (necesita --metrics)"),
    ("responses export --format=csv", "una línea por respuesta"),
    ("responses export --format=xml", "un archivo por MensajeHacienda"),
];

/// Names of values in usage lines.
const VALUE_NAMES: &[(&str, &str)] = &[
    ("FILE", "ARCHIVO"),
    ("DIR", "CARPETA"),
    ("PATH", "RUTA"),
    ("PATH|CLAVE", "RUTA|CLAVE"),
    ("CLAVE|FILE", "CLAVE|ARCHIVO"),
    ("KIND", "TIPO"),
    ("SIGN", "SIGNO"),
    ("CODE", "CÓDIGO"),
    ("C", "CÓDIGO"),
    ("T", "TIPO"),
    ("TEXT", "TEXTO"),
    ("AMOUNT", "MONTO"),
    ("DATE", "FECHA"),
    ("YYYY-MM", "AAAA-MM"),
    ("SECONDS", "SEGUNDOS"),
    ("STEP", "PASO"),
    ("STATE", "ESTADO"),
    ("WHEN", "CUÁNDO"),
    ("ADDR", "DIRECCIÓN"),
    ("NUMBER", "NÚMERO"),
    ("LIST", "LISTA"),
    ("TARGET", "RUTA|CLAVE"),
    ("SHELL", "INTÉRPRETE"),
    ("FORMAT", "FORMATO"),
    ("LANGUAGE", "IDIOMA"),
];

/// Headings of groups of arguments.
const HEADINGS: &[(&str, &str)] = &[("Global options", "Opciones globales")];

fn found(table: &[(&'static str, &'static str)], key: &str) -> Option<&'static str> {
    table.iter().find(|(it, _)| *it == key).map(|(_, words)| *words)
}

/// What a command is for.
pub(super) fn about(path: &str) -> Option<&'static str> {
    // clap's own `help` may stand below any command.
    if path == "help" || path.contains("help ") || path.ends_with(" help") {
        return Some("Muestra esta ayuda, o la de un comando");
    }
    found(COMMANDS, path)
}

/// What an argument of a command means.
pub(super) fn help(path: &str, argument: &str) -> Option<&'static str> {
    found(ARGUMENTS, &format!("{path} {argument}")).or_else(|| found(ARGUMENTS, argument))
}

/// What a value of an argument means.
pub(super) fn value(path: &str, argument: &str, value: &str) -> Option<&'static str> {
    found(VALUES, &format!("{path} {argument}={value}")).or_else(|| found(VALUES, &format!("{argument}={value}")))
}

/// The name of a value in a usage line; none where both languages have the same.
pub(super) fn value_name(name: &str) -> Option<&'static str> {
    found(VALUE_NAMES, name)
}

/// The heading of a group of arguments.
pub(super) fn heading(name: &str) -> &'static str {
    found(HEADINGS, name).unwrap_or("Opciones")
}

/// The keys of all that has words here.
#[cfg(test)]
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    [COMMANDS, ARGUMENTS, VALUES].into_iter().flatten().map(|(key, _)| *key)
}

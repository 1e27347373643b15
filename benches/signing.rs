//! How fast documents are signed and verified, beside what the RSA of the same library does alone in the same run, and
//! beside other readers and canonicalisers. `cargo bench --bench signing`; half a minute once it is built.

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use bergshamra_c14n::C14nMode;
use chrono::{DateTime, NaiveDate, Utc};
use cr_einvoice::signature::canonical::{self, Method, Omit, Sink};
use cr_einvoice::signature::rehearsal::{Authority, KeyHolder};
use cr_einvoice::signature::{Credential, Profile, SignOptions, sign, verify};
use cr_einvoice::xml;

/// Each figure is the best of this many slices of this length: other programs on the machine can only slow one down.
const SLICES: usize = 10;
const SLICE: Duration = Duration::from_millis(100);

fn main() {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let (small, large) = (invoice(5), invoice(1000));
    println!("{cores} cores; invoices of 5 lines ({} bytes) and of 1,000 lines ({} bytes)\n", small.len(), large.len());
    let credential = credential();
    println!("signing, self-verification included           a second, one thread      all cores");
    let (bare, verified) = bare_rsa(cores);
    row("RSA-2048 of the same library, alone", bare, bare);
    row("the same, verified at once", verified, bare);
    for (name, profile) in [("widest", Profile::Widest), ("annex", Profile::Annex)] {
        let options = SignOptions { profile, ..SignOptions::default() };
        for (lines, xml) in [("5", &small), ("1,000", &large)] {
            let rates = on_threads(cores, || sign(xml, &credential, &options, now()).expect("signed"));
            row(&format!("{name}, {lines} lines"), rates, bare);
        }
    }
    println!("\nverifying");
    for (lines, xml) in [("5", &small), ("1,000", &large)] {
        for (name, profile) in [("widest", Profile::Widest), ("annex", Profile::Annex)] {
            let options = SignOptions { profile, ..SignOptions::default() };
            let signed = sign(xml, &credential, &options, now()).expect("signed");
            row(&format!("{name}, {lines} lines"), on_threads(cores, || assert!(verify(&signed).valid())), bare);
        }
    }
    println!("\nreading the invoice of 1,000 lines                    GB a second");
    readers(std::str::from_utf8(&large).expect("UTF-8"));
}

/// Swallows canonical bytes, so that only the canonicaliser is measured.
struct Nowhere;

impl Sink for Nowhere {
    fn write(&mut self, bytes: &[u8]) {
        black_box(bytes);
    }
}

fn readers(document: &str) {
    let bytes = document.as_bytes();
    throughput("our scanner, every check", bytes, || xml::check(bytes).expect("well formed"));
    throughput("our canonicaliser", bytes, || {
        canonical::document(bytes, &Method::inclusive(), Omit::Nothing, &mut Nowhere).expect("well formed");
    });
    throughput("SHA-256 alone", bytes, || {
        black_box(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes));
    });
    throughput("quick-xml's reader, no canonical form", bytes, || {
        let mut reader = quick_xml::Reader::from_str(document);
        while reader.read_event().expect("well formed") != quick_xml::events::Event::Eof {}
    });
    throughput("bergshamra-c14n with its tree", bytes, || {
        black_box(bergshamra_c14n::canonicalize::<&str>(document, C14nMode::Inclusive, None, &[]).expect("canonical"));
    });
}

fn throughput(name: &str, bytes: &[u8], work: impl Fn() + Sync) {
    let (rate, _) = on_threads(1, work);
    println!("{name:<44} {:>20.2}", rate * bytes.len() as f64 / 1e9);
}

fn row(name: &str, (one, all): (f64, f64), (bare_one, bare_all): (f64, f64)) {
    println!("{name:<44} {one:>8.0} {:>5.1} %   {all:>8.0} {:>5.1} %", 100.0 * one / bare_one, 100.0 * all / bare_all);
}

/// How often a second the work is done by one thread, and by one on each core.
fn on_threads<T>(cores: usize, work: impl Fn() -> T + Sync) -> (f64, f64) {
    let one = rate(&work);
    if cores == 1 {
        return (one, one);
    }
    let all = thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(|| rate(&work))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread")).sum()
    });
    (one, all)
}

fn rate<T>(work: &impl Fn() -> T) -> f64 {
    black_box(work());
    (0..SLICES).map(|_| rate_in_a_slice(work)).fold(0.0, f64::max)
}

fn rate_in_a_slice<T>(work: &impl Fn() -> T) -> f64 {
    let start = Instant::now();
    let mut done = 0;
    while start.elapsed() < SLICE {
        black_box(work());
        done += 1;
    }
    f64::from(done) / start.elapsed().as_secs_f64()
}

/// What the provider does in the same time: signatures alone, and signatures that are verified at once.
fn bare_rsa(cores: usize) -> ((f64, f64), (f64, f64)) {
    const MESSAGE: [u8; 1500] = [7; 1500];
    let key = KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let public_key =
        ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key().as_ref()).expect("its public key");
    let sign = || {
        let mut signature = [0; 256];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &MESSAGE, &mut signature).expect("signed");
        signature
    };
    let alone = on_threads(cores, sign);
    (alone, on_threads(cores, || public_key.verify_sig(&MESSAGE, &sign()).expect("verified")))
}

fn now() -> DateTime<Utc> {
    "2026-11-20T15:15:02Z".parse().expect("an instant")
}

fn credential() -> Credential {
    let day = |year| NaiveDate::from_ymd_opt(year, 1, 1).expect("a day");
    let holder = KeyHolder {
        name: "EMPRESA INVENTADA S.A.",
        serial_number: "CPJ-3-101-999888",
        from: day(2026),
        until: day(2030),
        long_key: false,
    };
    let authority = Authority::new().expect("an authority");
    authority.issue(&holder).expect("a certificate").credential().expect("a credential")
}

/// An invented invoice, indented as real ones are.
fn invoice(lines: usize) -> Vec<u8> {
    let lines: String = (1..=lines).map(line).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<FacturaElectronica xmlns=\"https://cdn.comprobanteselectronicos.go.cr/xml-schemas/v4.4/facturaElectronica\">
{HEADER}  <DetalleServicio>
{lines}  </DetalleServicio>
{SUMMARY}</FacturaElectronica>
"
    )
    .into_bytes()
}

fn line(number: usize) -> String {
    format!(
        "    <LineaDetalle>
      <NumeroLinea>{number}</NumeroLinea>
      <CodigoCABYS>8314100000000</CodigoCABYS>
      <Cantidad>3.000</Cantidad>
      <UnidadMedida>h</UnidadMedida>
      <TipoTransaccion>01</TipoTransaccion>
      <Detalle>Consultoría en sistemas &amp; soporte</Detalle>
      <PrecioUnitario>25000.00000</PrecioUnitario>
      <MontoTotal>75000.00000</MontoTotal>
      <SubTotal>75000.00000</SubTotal>
      <BaseImponible>75000.00000</BaseImponible>
      <Impuesto>
        <Codigo>01</Codigo>
        <CodigoTarifaIVA>08</CodigoTarifaIVA>
        <Tarifa>13.00</Tarifa>
        <Monto>9750.00000</Monto>
      </Impuesto>
      <ImpuestoAsumidoEmisorFabrica>0.00000</ImpuestoAsumidoEmisorFabrica>
      <ImpuestoNeto>9750.00000</ImpuestoNeto>
      <MontoTotalLinea>84750.00000</MontoTotalLinea>
    </LineaDetalle>
"
    )
}

const HEADER: &str = "  <Clave>50620112600310199988800100001010000000015112345678</Clave>
  <ProveedorSistemas>3101999888</ProveedorSistemas>
  <CodigoActividadEmisor>6201.0</CodigoActividadEmisor>
  <NumeroConsecutivo>00100001010000000015</NumeroConsecutivo>
  <FechaEmision>2026-11-20T09:15:00-06:00</FechaEmision>
  <Emisor>
    <Nombre>Soluciones Ejemplo del Valle Sociedad Anónima</Nombre>
    <Identificacion>
      <Tipo>02</Tipo>
      <Numero>3101999888</Numero>
    </Identificacion>
    <Ubicacion>
      <Provincia>1</Provincia>
      <Canton>01</Canton>
      <Distrito>08</Distrito>
      <OtrasSenas>Frente al parque, edificio blanco, oficina 4</OtrasSenas>
    </Ubicacion>
    <CorreoElectronico>facturas@ejemplo.test</CorreoElectronico>
  </Emisor>
  <Receptor>
    <Nombre>Ana Prueba Inventada</Nombre>
    <Identificacion>
      <Tipo>01</Tipo>
      <Numero>109990888</Numero>
    </Identificacion>
    <CorreoElectronico>ana@ejemplo.test</CorreoElectronico>
  </Receptor>
  <CondicionVenta>01</CondicionVenta>
";

const SUMMARY: &str = "  <ResumenFactura>
    <CodigoTipoMoneda>
      <CodigoMoneda>CRC</CodigoMoneda>
      <TipoCambio>1.00000</TipoCambio>
    </CodigoTipoMoneda>
    <TotalServGravados>375000.00000</TotalServGravados>
    <TotalGravado>375000.00000</TotalGravado>
    <TotalVenta>375000.00000</TotalVenta>
    <TotalVentaNeta>375000.00000</TotalVentaNeta>
    <TotalImpuesto>48750.00000</TotalImpuesto>
    <MedioPago>
      <TipoMedioPago>04</TipoMedioPago>
    </MedioPago>
    <TotalComprobante>423750.00000</TotalComprobante>
  </ResumenFactura>
";

//! The MensajeHacienda: what a verdict looks like, in the element order of its XSD.

use std::collections::BTreeMap;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::docket::Verdict;
use super::judge::{Judgement, Party, Remark};

const NAMESPACE: &str = "https://cdn.comprobanteselectronicos.go.cr/xml-schemas/v4.4/mensajeHacienda";
const SANDBOX_SENTENCE: &str = "Este comprobante fue recibido en el ambiente de pruebas, por lo cual no tiene validez \
                                para fines tributarios.";

/// Writes the unsigned answer, with other texts in the elements of `written`.
pub(super) fn write(
    judgement: &Judgement,
    verdict: &Verdict,
    written: &BTreeMap<String, String>,
) -> io::Result<Vec<u8>> {
    let text = |writer: &mut Writer<Vec<u8>>, name: &str, value: &str| {
        text(writer, name, written.get(name).map_or(value, String::as_str))
    };
    let party = |writer: &mut Writer<Vec<u8>>, names: [&str; 3], party: &Party| {
        let short_name: String = party.name.chars().take(100).collect();
        text(writer, names[0], &short_name)?;
        // A tiquete may name a receptor without identifying it; an empty type is not in the XSD.
        if !party.code.is_empty() {
            text(writer, names[1], &party.code)?;
            text(writer, names[2], &party.number)?;
        }
        Ok::<_, io::Error>(())
    };
    let mut writer = Writer::new(Vec::with_capacity(2048));
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.create_element("MensajeHacienda").with_attribute(("xmlns", NAMESPACE)).write_inner_content(|writer| {
        text(writer, "Clave", &judgement.clave)?;
        party(writer, ["NombreEmisor", "TipoIdentificacionEmisor", "NumeroCedulaEmisor"], &judgement.emisor)?;
        if let Some(receptor) = &judgement.receptor {
            party(writer, ["NombreReceptor", "TipoIdentificacionReceptor", "NumeroCedulaReceptor"], receptor)?;
        }
        text(writer, "Mensaje", if verdict.accepted { "1" } else { "3" })?;
        text(writer, "EstadoMensaje", if verdict.accepted { "Aceptado" } else { "Rechazado" })?;
        text(writer, "DetalleMensaje", &detail(&verdict.remarks))?;
        if let Some(tax) = &judgement.total_tax {
            text(writer, "MontoTotalImpuesto", tax)?;
        }
        text(writer, "TotalFactura", &judgement.total)
    })?;
    Ok(writer.into_inner())
}

fn text(writer: &mut Writer<Vec<u8>>, name: &str, value: &str) -> io::Result<()> {
    writer.create_element(name).write_text_content(BytesText::new(value))?;
    Ok(())
}

/// DetalleMensaje as seen in practice (no grammar is official): the sentence of the sandbox, then rows in brackets, or bare
/// sentences where there is no code.
fn detail(remarks: &[Remark]) -> String {
    if remarks.is_empty() {
        return SANDBOX_SENTENCE.to_owned();
    }
    let mut detail = format!("{SANDBOX_SENTENCE}\n\nEl comprobante electrónico tiene los siguientes errores: \n[\n");
    if remarks.iter().any(|remark| remark.code.is_some()) {
        detail.push_str("codigo, mensaje, fila, columna\n");
    }
    for remark in remarks {
        match remark.code {
            Some(code) => {
                let message = remark.message.replace('"', "\"\"");
                detail.push_str(&format!("{code}, \"{message}\", 0, 0\n"));
            }
            None => detail.push_str(&format!("{}\n", remark.message)),
        }
    }
    detail.push(']');
    detail
}

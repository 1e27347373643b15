"""Checks a folder of signed and of canonical documents with signxml and with libxml2 (lxml); see .ci/interop."""

import sys
from io import BytesIO
from pathlib import Path

from lxml import etree
from signxml import SignatureConfiguration, XMLVerifier
from signxml.exceptions import InvalidDigest

REFERENCES = 3  # document, KeyInfo, SignedProperties
XML = "{http://www.w3.org/XML/1998/namespace}"


def verify(data: bytes, authority: str) -> None:
    """signxml follows the chain to the authority. It cannot do XPath, so it checks the `widest` profile only."""
    configuration = SignatureConfiguration(expect_references=REFERENCES)
    XMLVerifier().verify(data, ca_pem_file=authority, id_attribute="Id", expect_config=configuration)


def is_beyond_signxml(file: Path) -> bool:
    """signxml canonicalises elements apart from their document, and so loses the processing instructions beside the
    root (C14N 1.0, section 2.3) and the root's xml: attributes (section 2.4). xmlsec1 checks those documents too, and
    no comprobante is one."""
    root = etree.parse(file).getroot()
    beside = [*root.itersiblings(preceding=True), *root.itersiblings()]
    return any(node.tag is etree.PI for node in beside) or any(name.startswith(XML) for name in root.attrib)


def check_signatures(folder: Path) -> None:
    authority = str(folder / "authority.pem")
    files = [file for file in sorted(folder.glob("widest-*.xml")) if not is_beyond_signxml(file)]
    for file in files:
        try:
            verify(file.read_bytes(), authority)
        except Exception as error:
            sys.exit(f"signxml refuses {file.name}: {error!r}\n{file.read_text()}")
    try:
        verify((folder / "widest-sha256-FE.xml").read_bytes().replace(b"del Valle", b"del Monte"), authority)
        sys.exit("signxml accepts a changed document: this check shows nothing")
    except InvalidDigest:
        print(f"signxml: {len(files)} signatures are valid")


def canonical(xml: bytes, method: str) -> bytes:
    exclusive, comments, *prefixes = method.split()
    written = BytesIO()
    etree.parse(BytesIO(xml)).write_c14n(
        written,
        exclusive=exclusive == "true",
        with_comments=comments == "true",
        inclusive_ns_prefixes=prefixes or None,
    )
    return written.getvalue()


def check_canonical(folder: Path) -> None:
    checked = 0
    for file in sorted(folder.glob("*.random")):
        ours = file.with_suffix(".c14n").read_bytes()
        method = file.with_suffix(".method").read_text()
        if "#default" in method:
            continue  # lxml does not hand it on to libxml2; `cargo test` holds it against another canonicaliser
        checked += 1
        theirs = canonical(file.read_bytes(), method)
        if ours != theirs:
            sys.exit(f"libxml2 canonicalises otherwise ({method})\n{file.read_text()}\nours:   {ours}\ntheirs: {theirs}")
    print(f"libxml2: {checked} canonical forms are the same")


if __name__ == "__main__":
    check_signatures(Path(sys.argv[1]))
    check_canonical(Path(sys.argv[1]))

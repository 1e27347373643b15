"""Checks a folder of signed and of canonical documents with signxml and with libxml2 (lxml); see .ci/interop."""

import sys
from io import BytesIO
from pathlib import Path

from lxml import etree
from signxml import SignatureConfiguration, XMLVerifier
from signxml.exceptions import InvalidDigest

POLICY_REFERENCES = 3  # document, KeyInfo, SignedProperties


def verify(data: bytes, authority: str) -> None:
    """signxml follows the chain to the authority. It cannot do XPath, so it checks the `widest` profile only."""
    configuration = SignatureConfiguration(expect_references=POLICY_REFERENCES)
    XMLVerifier().verify(data, ca_pem_file=authority, id_attribute="Id", expect_config=configuration)


def check_signatures(folder: Path) -> None:
    authority = str(folder / "authority.pem")
    files = sorted(folder.glob("widest-*.xml"))
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
    files = sorted(folder.glob("*.random"))
    for file in files:
        ours = file.with_suffix(".c14n").read_bytes()
        method = file.with_suffix(".method").read_text()
        theirs = canonical(file.read_bytes(), method)
        if ours != theirs:
            sys.exit(f"libxml2 canonicalises otherwise ({method})\n{file.read_text()}\nours:   {ours}\ntheirs: {theirs}")
    print(f"libxml2: {len(files)} canonical forms are the same")


if __name__ == "__main__":
    check_signatures(Path(sys.argv[1]))
    check_canonical(Path(sys.argv[1]))

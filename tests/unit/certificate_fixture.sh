#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# certificate_fixture DIR - what certificate_test needs: a practice PKI, a stranger's PKI beside it,
# and certificates and signatures that are wrong in one way each, as DIR/*.der, DIR/*.key, DIR/*.sig.
set -euo pipefail
umask 077

DIR=$1
PKI=$DIR/a/pki
ORGANISATIONS=$DIR/a/organisations
PRACTICE=$(dirname "$0")/../../deploy/practice-pki.sh
OIN=00000099100000001000

ssl() {
	local words
	words=$(openssl "$@" 2>&1 >/dev/null </dev/null) || {
		echo "certificate_fixture: openssl $*: $words" >&2
		exit 1
	}
}

# What differs from a good certificate stands in the arguments.
odd() { # NAME SUBJECT EXTENSIONS [OPTIONS OF openssl req]...
	local name=$1 subject=$2 extensions=$3 signer=tsp
	shift 3
	if [[ " $* " != *" -newkey "* ]]; then set -- "$@" -newkey ec -pkeyopt ec_paramgen_curve:P-256; fi
	if [[ " $* " != *" -CA "* ]]; then
		set -- "$@" -CA "$PKI/$signer.crt.pem" -CAkey "$PKI/private/$signer.key.pem"
	fi
	ssl req -x509 -new -nodes -config "$DIR/odd.cnf" -extensions "$extensions" -days 1000 \
		-utf8 -subj "$subject" -keyout "$DIR/$name.key" -out "$DIR/$name.pem" "$@"
	ssl x509 -in "$DIR/$name.pem" -outform DER -out "$DIR/$name.der"
}

write_config() {
	cat >"$DIR/odd.cnf" <<'TEXT'
openssl_conf = init
[init]
stbl_section = lengths
[lengths]
O = min:1,max:300,mask:UTF8String
[req]
distinguished_name = empty
prompt = no
string_mask = utf8only
[empty]
[sign]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
authorityKeyIdentifier = keyid:always
[seal]
basicConstraints = critical,CA:FALSE
keyUsage = critical,nonRepudiation
authorityKeyIdentifier = keyid:always
[encipher]
basicConstraints = critical,CA:FALSE
keyUsage = critical,keyEncipherment
authorityKeyIdentifier = keyid:always
[no_usage]
basicConstraints = critical,CA:FALSE
authorityKeyIdentifier = keyid:always
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign,digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[loose_ca]
basicConstraints = CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[unknown]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
authorityKeyIdentifier = keyid:always
1.2.3.4 = critical,ASN1:NULL
TEXT
}

make_pkis() {
	"$PRACTICE" --quiet "$DIR/a" "provider:$OIN:Jeugdhulp De Vaart Café:Zorg & Behandeling" \
		"school:00000099100000002000:School Het Sas:Zorgteam:rsa" \
		"gi:00000099100000003000:Jeugdbescherming:GI"
	cp "$PKI/tsp.crl.der" "$DIR/before.crl"
	# A list carries its time in seconds; the next one has to be newer.
	THEN=$(date +%s)
	while [ "$(date +%s)" -eq "$THEN" ]; do sleep 0.05; done
	"$PRACTICE" --quiet expired "$DIR/a" "old:00000099100000004000:Oud:Oud"
	"$PRACTICE" --quiet revoke "$DIR/a" gi
	"$PRACTICE" --quiet "$DIR/b" "provider:$OIN:Jeugdhulp De Vaart Café:Zorg & Behandeling"
	for name in provider school gi old; do
		ssl x509 -in "$ORGANISATIONS/$name/cert.pem" -outform DER -out "$DIR/$name.der"
		cp "$ORGANISATIONS/$name/key.pem" "$DIR/$name.key"
	done
	ssl x509 -in "$DIR/b/organisations/provider/cert.pem" -outform DER -out "$DIR/stranger.der"
	cp "$DIR/b/organisations/provider/key.pem" "$DIR/stranger.key"
}

# The public key alone is enough: making a real one of this size takes seconds.
huge_rsa() {
	{
		echo "asn1 = SEQUENCE:spki"
		echo "[spki]"
		echo "algorithm = SEQUENCE:algorithm"
		echo "key = BITWRAP,SEQUENCE:rsa"
		echo "[algorithm]"
		echo "oid = OID:rsaEncryption"
		echo "none = NULL"
		echo "[rsa]"
		echo "n = INTEGER:0xF$(openssl rand -hex 520)1"
		echo "e = INTEGER:65537"
	} >"$DIR/huge.cnf"
	ssl asn1parse -genconf "$DIR/huge.cnf" -noout -out "$DIR/huge.pub.der"
	ssl pkey -pubin -inform DER -in "$DIR/huge.pub.der" -pubout -out "$DIR/huge.pub"
	ssl x509 -new -force_pubkey "$DIR/huge.pub" -subj "/C=NL/O=X/serialNumber=$OIN" -days 1000 \
		-extfile "$DIR/odd.cnf" -extensions sign -CA "$PKI/tsp.crt.pem" \
		-CAkey "$PKI/private/tsp.key.pem" -outform DER -out "$DIR/rsa4168.der"
}

make_odd() {
	local o="/C=NL/O=X" s="/serialNumber=$OIN" long
	long=$(printf 'x%.0s' {1..256})
	odd long-name "/C=NL/O=$long$s" sign
	odd longer-name "/C=NL/O=x$long$s" sign
	odd no-oin "$o" sign
	odd short-oin "$o/serialNumber=${OIN%0}" sign
	odd long-oin "$o/serialNumber=${OIN}0" sign
	odd letter-oin "$o/serialNumber=${OIN%????}A000" sign
	odd two-oins "$o$s$s" sign
	odd two-organisations "$o/O=Y$s" sign
	odd control "/C=NL/O=X"$'\x1b'"[2J$s" sign
	odd control-c1 "/C=NL/O=X"$'\xc2\x9b'"2J$s" sign
	odd seal "$o$s" seal
	odd encipher "$o$s" encipher
	odd no-usage "$o$s" no_usage
	odd unknown "$o$s" unknown
	odd p384 "$o$s" sign -newkey ec -pkeyopt ec_paramgen_curve:P-384
	odd p521 "$o$s" sign -newkey ec -pkeyopt ec_paramgen_curve:P-521
	odd ed25519 "$o$s" sign -newkey ed25519
	odd rsa1024 "$o$s" sign -newkey rsa:1024
	odd sha1 "$o$s" sign -sha1
	odd sub-ca "/C=NL/O=X/CN=under a CA with pathlen 0" ca
	odd under-sub-ca "$o$s" sign -CA "$DIR/sub-ca.pem" -CAkey "$DIR/sub-ca.key"
	odd loose-ca "/C=NL/O=X/CN=basicConstraints not critical" loose_ca -CA "$PKI/domain.crt.pem" \
		-CAkey "$PKI/private/domain.key.pem"
	odd under-loose-ca "$o$s" sign -CA "$DIR/loose-ca.pem" -CAkey "$DIR/loose-ca.key"
	odd under-leaf "$o$s" sign -CA "$ORGANISATIONS/provider/cert.pem" -CAkey "$DIR/provider.key"
	odd domain-ca "/C=NL/O=X$s" ca -CA "$PKI/domain.crt.pem" -CAkey "$PKI/private/domain.key.pem"
}

make_keys_and_signatures() {
	local pss="-sigopt rsa_padding_mode:pss -sigopt rsa_mgf1_md:sha256"
	printf 'DSSEv1 4 test 7 payload' >"$DIR/payload"
	ssl pkcs8 -topk8 -in "$DIR/provider.key" -v2 aes-256-cbc -passout pass:geheim -out "$DIR/encrypted.key"
	ssl ec -in "$DIR/provider.key" -aes128 -passout pass:geheim -out "$DIR/legacy.key"
	{ openssl ecparam -name prime256v1 && openssl ec -in "$DIR/provider.key" 2>/dev/null; } >"$DIR/parameters.key"
	ssl dgst -sha256 -sign "$DIR/provider.key" -out "$DIR/p256.sig" "$DIR/payload"
	ssl dgst -sha384 -sign "$DIR/provider.key" -out "$DIR/p256-sha384.sig" "$DIR/payload"
	ssl dgst -sha384 -sign "$DIR/p384.key" -out "$DIR/p384.sig" "$DIR/payload"
	# shellcheck disable=SC2086
	ssl dgst -sha256 $pss -sigopt rsa_pss_saltlen:32 -sign "$DIR/school.key" -out "$DIR/pss.sig" "$DIR/payload"
	# shellcheck disable=SC2086
	ssl dgst -sha256 $pss -sigopt rsa_pss_saltlen:20 -sign "$DIR/school.key" -out "$DIR/pss20.sig" "$DIR/payload"
	ssl dgst -sha256 -sign "$DIR/school.key" -out "$DIR/pkcs1.sig" "$DIR/payload"
}

write_config
make_pkis
make_odd
huge_rsa
make_keys_and_signatures

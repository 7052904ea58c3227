#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# practice-pki - a test PKI in PKIoverheid's shape, for practice regions and tests; never for real data.
#
# Root CA -> domain CA -> TSP CA -> one certificate an organisation, OIN in Subject.serialNumber.
# Needs openssl; no network. Run again with the same arguments it changes nothing; with more, it adds.
set -euo pipefail
umask 077
shopt -s nullglob

MARK="Sluis oefenregio TEST"
CA_DAYS=3650
ORGANISATION_DAYS=1095
CRL_DAYS=400

usage() {
	cat >&2 <<'TEXT'
usage: practice-pki.sh [--quiet] DIR [HANDLE:OIN:FULL NAME:UNIT[:ec|:rsa]]...
       practice-pki.sh [--quiet] expired DIR HANDLE:OIN:FULL NAME:UNIT[:ec|:rsa]
       practice-pki.sh [--quiet] short DIR SECONDS HANDLE:OIN:FULL NAME:UNIT[:ec|:rsa]
       practice-pki.sh [--quiet] revoke DIR HANDLE
       practice-pki.sh [--quiet] crl DIR [DAYS]

Makes DIR/pki/{root,domain,tsp}.{crt,crl}.{pem,der} and, for each organisation,
DIR/organisations/HANDLE/{cert.pem,chain.pem,key.pem}; chain.pem is leaf first, root last.
OIN: 20 digits with the prefix for tests, 00000099. Keys are EC P-256; of the organisations in
one call that name no kind, the last gets RSA when there are two or more.
expired  as above, but the certificate ended yesterday
short    as above, but the certificate ends so many seconds from now
revoke   puts the certificate of HANDLE on the TSP CA's list
crl      makes all lists anew, valid for DAYS (400)
TEXT
	exit 2
}

fail() {
	echo "practice-pki.sh: error: $1" >&2
	if [ $# -gt 1 ]; then echo "practice-pki.sh: hint: $2" >&2; fi
	exit 1
}

say() {
	if [ "$QUIET" = no ]; then echo "$1" >&2; fi
}

# Beside its configuration, whose paths are relative; OpenSSL's own words are shown only when it fails.
ssl() {
	local words
	words=$(cd "$PKI/private" && openssl "$@" 2>&1 >/dev/null </dev/null) || fail "openssl $1: $words"
}

# A value inside -subj: the characters that would end it are escaped.
escape() {
	local value=${1//\\/\\\\}
	value=${value//\//\\/}
	printf '%s' "${value//+/\\+}"
}

ca_section() {
	cat <<TEXT
[ca_$1]
database = $1.index
new_certs_dir = .
certificate = ../$1.crt.pem
private_key = $1.key.pem
default_md = sha256
policy = anything
rand_serial = yes
unique_subject = no
email_in_dn = no
crl_extensions = crl
crlnumber = $1.crlnumber
TEXT
}

write_config() {
	cat >"$PKI/private/openssl.cnf" <<TEXT
[req]
distinguished_name = empty
prompt = no
string_mask = utf8only
utf8 = yes
[empty]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[domain]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[tsp]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[organisation]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth,serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[anything]
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = optional
serialNumber = optional
$(ca_section root)
$(ca_section domain)
$(ca_section tsp)
[crl]
authorityKeyIdentifier = keyid:always
TEXT
}

# Under its final name stands only what is whole: a run that was cut off can be run again.
publish() {
	chmod 0644 "$1"
	mv -f "$1" "$2"
}

make_ca() { # NAME ISSUER COMMON-NAME
	local name=$1 issuer=$2 key=$PKI/private/$1.key.pem new=$PKI/private/$1.new
	local signer=(-CA "$PKI/$issuer.crt.pem" -CAkey "$PKI/private/$issuer.key.pem")
	if [ -e "$PKI/$name.crt.pem" ]; then return; fi
	if [ "$name" = "$issuer" ]; then signer=(); fi
	: >"$PKI/private/$name.index"
	echo 01 >"$PKI/private/$name.crlnumber"
	ssl req -x509 -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$key" \
		-config openssl.cnf -extensions "$name" -sha256 -days "$CA_DAYS" \
		"${signer[@]}" -utf8 -subj "/C=NL/O=$MARK/CN=$MARK - $3" -out "$new"
	ssl x509 -in "$new" -outform DER -out "$new.der"
	publish "$new.der" "$PKI/$name.crt.der"
	publish "$new" "$PKI/$name.crt.pem"
}

make_crl() { # NAME DAYS
	local name=$1 new=$PKI/private/$1.crl.new
	ssl ca -gencrl -name "ca_$name" -config openssl.cnf -crldays "$2" \
		-batch -out "$new"
	ssl crl -in "$new" -outform DER -out "$new.der"
	publish "$new.der" "$PKI/$name.crl.der"
	publish "$new" "$PKI/$name.crl.pem"
}

make_pki() {
	mkdir -p "$PKI" "$ORGANISATIONS"
	chmod 0755 "$PKI" "$ORGANISATIONS"
	write_config
	make_ca root root "Private Root CA"
	make_ca domain root "Domein Private Services CA"
	make_ca tsp domain "TSP Private Services CA"
	for name in root domain tsp; do
		if [ ! -e "$PKI/$name.crl.pem" ]; then make_crl "$name" "$CRL_DAYS"; fi
	done
}

key_options() {
	case $1 in
	ec) echo "-newkey ec -pkeyopt ec_paramgen_curve:P-256" ;;
	rsa) echo "-newkey rsa:2048" ;;
	esac
}

# Splits HANDLE:OIN:FULL NAME:UNIT[:KIND] into the variables of its caller.
parse_organisation() {
	local rest
	IFS=: read -r handle oin full_name unit kind rest <<<"$1"
	[[ $handle =~ ^[a-z0-9][a-z0-9-]{0,31}$ ]] ||
		fail "\"$handle\" is not a handle" "use 1 to 32 of a-z, 0-9 and -"
	[[ $oin =~ ^00000099[0-9]{9}000$ && ! $oin =~ ^00000099000000000000$ ]] ||
		fail "$handle: \"$oin\" is not an OIN for tests" "00000099, nine digits, 000"
	[[ -n $full_name && -n $unit && -z $rest ]] ||
		fail "$handle: full name and unit are both needed, and neither holds a colon"
	[[ $kind =~ ^(|ec|rsa)$ ]] || fail "$handle: \"$kind\" is not a kind of key" "ec or rsa"
}

# Nothing under another OIN may take the place of what is there.
is_there() { # HANDLE OIN
	local have
	if [ ! -e "$ORGANISATIONS/$1/chain.pem" ]; then return 1; fi
	have=$(openssl x509 -in "$ORGANISATIONS/$1/cert.pem" -noout -subject -nameopt multiline)
	[[ $have =~ serialNumber\ *=\ ([0-9]+) && ${BASH_REMATCH[1]} = "$2" ]] ||
		fail "$1 has a certificate with another OIN" "take another handle, or another folder"
	say "$1: already there"
}

# openssl req sets no dates of its own choice; openssl ca does.
issue_between() { # FOLDER SUBJECT START END KEY-OPTIONS...
	local folder=$1 subject=$2 start=$3 end=$4
	shift 4
	ssl req -new "$@" -nodes -keyout "$folder/key.new" -utf8 -subj "$subject" \
		-config openssl.cnf -out "$folder/request.new"
	ssl ca -batch -notext -name ca_tsp -config openssl.cnf -extensions organisation \
		-startdate "$(date -u -d "$start" +%Y%m%d%H%M%SZ)" \
		-enddate "$(date -u -d "$end" +%Y%m%d%H%M%SZ)" -preserveDN -utf8 \
		-in "$folder/request.new" -out "$folder/cert.new"
	rm -f "$folder/request.new"
}

issue() { # ORGANISATION KIND-WHERE-NONE-IS-NAMED TERM
	local handle oin full_name unit kind folder subject options
	parse_organisation "$1"
	if is_there "$handle" "$oin"; then return; fi
	folder=$ORGANISATIONS/$handle
	mkdir -p "$folder"
	chmod 0755 "$folder"
	subject="/C=NL/O=$(escape "$full_name")/OU=$(escape "$unit")"
	subject+="/CN=$handle.oefenregio.example/serialNumber=$oin"
	read -ra options <<<"$(key_options "${kind:-$2}")"
	if [ "$3" = expired ]; then
		issue_between "$folder" "$subject" '2 years ago' yesterday "${options[@]}"
	elif [ "$3" != valid ]; then
		issue_between "$folder" "$subject" '1 minute ago' "$3" "${options[@]}"
	else
		ssl req -x509 -new "${options[@]}" -nodes -keyout "$folder/key.new" -utf8 -subj "$subject" \
			-config openssl.cnf -extensions organisation -sha256 \
			-days "$ORGANISATION_DAYS" -CA "$PKI/tsp.crt.pem" -CAkey "$PKI/private/tsp.key.pem" \
			-out "$folder/cert.new"
	fi
	cat "$folder/cert.new" "$PKI"/{tsp,domain,root}.crt.pem >"$folder/chain.new"
	mv -f "$folder/key.new" "$folder/key.pem"
	publish "$folder/cert.new" "$folder/cert.pem"
	publish "$folder/chain.new" "$folder/chain.pem"
	say "$handle: certificate ${kind:-$2} with OIN $oin, $3"
}

issue_all() {
	local kind=ec n=$#
	while [ $# -gt 0 ]; do
		if [ $# -eq 1 ] && [ "$n" -gt 1 ]; then kind=rsa; fi
		issue "$1" "$kind" valid
		shift
	done
}

revoke() { # HANDLE
	local cert=$ORGANISATIONS/$1/cert.pem serial
	[ -e "$cert" ] || fail "no organisation \"$1\" in $DIR" "$(cd "$ORGANISATIONS" && echo "there are:" *)"
	serial=$(openssl x509 -in "$cert" -noout -serial)
	if grep -q "^R.*[[:space:]]${serial#serial=}[[:space:]]" "$PKI/private/tsp.index"; then
		say "$1: already revoked"
		return
	fi
	ssl ca -revoke "$cert" -name ca_tsp -config openssl.cnf -batch
	make_crl tsp "$CRL_DAYS"
	say "$1: revoked"
}

remake_crls() { # DAYS
	[[ $1 =~ ^[1-9][0-9]{0,3}$ ]] || fail "\"$1\" is not a number of days"
	for name in root domain tsp; do make_crl "$name" "$1"; done
	say "lists made anew for $1 days"
}

QUIET=no
if [ "${1:-}" = --quiet ]; then
	QUIET=yes
	shift
fi
COMMAND=up
case ${1:-} in
expired | short | revoke | crl) COMMAND=$1 && shift ;;
"" | -*) usage ;;
esac
[ $# -ge 1 ] || usage
command -v openssl >/dev/null || fail "openssl is not installed" "apt-get install openssl"
case $COMMAND in
up | expired | short) mkdir -p "$1/pki/private" ;;
revoke | crl)
	[ -e "$1/pki/tsp.crl.pem" ] || fail "no practice PKI in $1" "practice-pki.sh $1 makes one"
	;;
esac
DIR=$(cd "$1" && pwd)
PKI=$DIR/pki
ORGANISATIONS=$DIR/organisations
shift

exec 9>"$PKI/private/lock"
flock 9
case $COMMAND in
up)
	make_pki
	issue_all "$@"
	;;
expired)
	[ $# -eq 1 ] || usage
	make_pki
	issue "$1" ec expired
	;;
short)
	[[ $# -eq 2 && $1 =~ ^[1-9][0-9]{0,5}$ ]] || usage
	make_pki
	issue "$2" ec "$1 seconds"
	;;
revoke)
	[ $# -eq 1 ] || usage
	revoke "$1"
	;;
crl)
	[ $# -le 1 ] || usage
	remake_crls "${1:-$CRL_DAYS}"
	;;
esac

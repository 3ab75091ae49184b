/*
 * OpenSSL's verdict on certificates and TLSA records, case by case: what s_client does with -dane_tlsa_*, without a
 * process and a connection for each.
 *
 * Lines in:  certificate ID HEX
 *            case PURPOSE TIME NAMES CHAIN ROOTS RECORDS
 *            PURPOSE server or client (the peer's role), TIME seconds since 1970, NAMES, CHAIN (leaf first) and ROOTS
 *            with commas, RECORDS as usage:selector:matching:HEX with commas; "-" for nothing; RECORDS "pkix": no DANE.
 * Lines out: for each case "accepted USAGE SELECTOR MATCHING", "accepted pkix", "refused REASON", or "unusable" when
 *            none of the records can be used.
 */
#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CERTIFICATES = 4096, SECURITY_LEVEL = 2 };

static X509 *certificates[MAX_CERTIFICATES];

static void fail(const char *what) {
    fprintf(stderr, "openssl-dane: %s\n", what);
    exit(2);
}

static X509 *certificate(const char *id) {
    const unsigned long index = strtoul(id, NULL, 10);
    if (index >= MAX_CERTIFICATES || certificates[index] == NULL) fail("no such certificate");
    return certificates[index];
}

static unsigned char *octets(const char *hex, size_t *length) {
    *length = strlen(hex) / 2;
    unsigned char *data = malloc(*length + 1);
    for (size_t i = 0; i < *length; i++) {
        unsigned int octet;
        sscanf(hex + 2 * i, "%2x", &octet);
        data[i] = (unsigned char)octet;
    }
    return data;
}

static void read_certificate(char *line) {
    char *rest = line;
    const unsigned long index = strtoul(strtok_r(NULL, " ", &rest), NULL, 10);
    size_t length;
    unsigned char *der = octets(strtok_r(NULL, " ", &rest), &length);
    const unsigned char *at = der;
    if (index >= MAX_CERTIFICATES) fail("too many certificates");
    certificates[index] = d2i_X509(NULL, &at, (long)length);
    free(der);
    if (certificates[index] == NULL) fail("a certificate that OpenSSL cannot read");
}

/* Returns how many of the records can be used. */
static int add_records(SSL *ssl, char *records) {
    int usable = 0;
    char *rest = records, *record;
    while ((record = strtok_r(rest, ",", &rest)) != NULL) {
        unsigned int usage, selector, matching;
        int end = 0;
        size_t length;
        if (sscanf(record, "%u:%u:%u:%n", &usage, &selector, &matching, &end) != 3) fail("a record has four parts");
        unsigned char *data = octets(record + end, &length);
        if (SSL_dane_tlsa_add(ssl, (uint8_t)usage, (uint8_t)selector, (uint8_t)matching, data, length) > 0) usable++;
        free(data);
    }
    return usable;
}

static void judge(SSL_CTX *tls, char *line) {
    char *rest = line, *list, *item;
    const int server = strcmp(strtok_r(NULL, " ", &rest), "server") == 0;
    const time_t now = (time_t)strtoll(strtok_r(NULL, " ", &rest), NULL, 10);
    char *names = strtok_r(NULL, " ", &rest), *chain = strtok_r(NULL, " ", &rest);
    char *roots = strtok_r(NULL, " ", &rest), *records = strtok_r(NULL, " ", &rest);
    if (records == NULL) fail("a case has six parts");
    const int dane = strcmp(records, "pkix") != 0;

    SSL *ssl = SSL_new(tls);
    list = names;
    item = strtok_r(list, ",", &list);
    if (dane) SSL_dane_enable(ssl, item);
    else SSL_set1_host(ssl, item);
    while ((item = strtok_r(list, ",", &list)) != NULL) SSL_add1_host(ssl, item);
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                               (server ? 0 : X509_CHECK_FLAG_NO_WILDCARDS));
    SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS); /* RFC 7671 section 5.1 */
    int usable = 1;
    if (dane) usable = strcmp(records, "-") == 0 ? 0 : add_records(ssl, records);

    X509_STORE *store = X509_STORE_new();
    list = roots;
    while (strcmp(roots, "-") != 0 && (item = strtok_r(list, ",", &list)) != NULL)
        X509_STORE_add_cert(store, certificate(item));
    STACK_OF(X509) *presented = sk_X509_new_null();
    list = chain;
    while ((item = strtok_r(list, ",", &list)) != NULL) sk_X509_push(presented, certificate(item));

    X509_STORE_CTX *verification = X509_STORE_CTX_new();
    X509_STORE_CTX_init(verification, store, sk_X509_value(presented, 0), presented);
    X509_STORE_CTX_set_default(verification, server ? "ssl_server" : "ssl_client");
    X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(verification);
    X509_VERIFY_PARAM_set1(parameters, SSL_get0_param(ssl));
    X509_VERIFY_PARAM_set_time(parameters, now);
    X509_VERIFY_PARAM_set_auth_level(parameters, SECURITY_LEVEL);
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN); /* any root is one, self-signed or not */
    if (dane) X509_STORE_CTX_set0_dane(verification, SSL_get0_dane(ssl));

    if (usable == 0) {
        puts("unusable");
    } else if (X509_verify_cert(verification) == 1) {
        uint8_t usage, selector, matching;
        if (SSL_get0_dane_tlsa(ssl, &usage, &selector, &matching, NULL, NULL) >= 0)
            printf("accepted %d %d %d\n", usage, selector, matching);
        else
            puts("accepted pkix");
    } else {
        printf("refused %s\n", X509_verify_cert_error_string(X509_STORE_CTX_get_error(verification)));
    }

    X509_STORE_CTX_free(verification);
    sk_X509_free(presented);
    X509_STORE_free(store);
    SSL_free(ssl);
}

int main(void) {
    char *line = NULL;
    size_t room = 0;
    SSL_CTX *tls = SSL_CTX_new(TLS_method());
    SSL_CTX_dane_enable(tls);
    while (getline(&line, &room, stdin) > 0) {
        char *rest = line;
        line[strcspn(line, "\n")] = 0;
        const char *verb = strtok_r(rest, " ", &rest);
        if (verb == NULL) continue;
        if (strcmp(verb, "certificate") == 0) read_certificate(rest);
        else if (strcmp(verb, "case") == 0) judge(tls, rest);
        else fail("what is this?");
    }
    SSL_CTX_free(tls);
    free(line);
    return 0;
}

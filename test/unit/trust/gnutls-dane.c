/*
 * GnuTLS's verdict on certificates and TLSA records: libgnutls-dane, which danetool --check is a command line of, with
 * records that are handed over in place of ones from DNS. It compares; dates, names and purposes are not its matter.
 *
 * Arguments: -r HEX for each record's RDATA, -c HEX for each certificate's DER, leaf first. Prints "accepted", or what
 * speaks against it. The prototypes are those of gnutls/dane.h, so its headers are not needed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    unsigned char *data;
    unsigned int size;
} gnutls_datum_t;

extern int dane_state_init(void **state, unsigned int flags);
extern int dane_raw_tlsa(void *state, void **query, char *const *data, const int *length, int secure, int bogus);
extern int dane_verify_crt_raw(void *state, const gnutls_datum_t *chain, unsigned int count, int type, void *query,
                               unsigned int flags, unsigned int verify_flags, unsigned int *verdict);
extern const char *dane_strerror(int error);

enum { MAX = 16, X509 = 1, IGNORE_LOCAL_RESOLVER = 1, INSECURE = 2 };

static unsigned char *octets(const char *hex, unsigned int *length) {
    *length = (unsigned int)strlen(hex) / 2;
    unsigned char *data = malloc(*length + 1);
    for (unsigned int i = 0; i < *length; i++) {
        unsigned int octet;
        sscanf(hex + 2 * i, "%2x", &octet);
        data[i] = (unsigned char)octet;
    }
    return data;
}

int main(int count, char **arguments) {
    char *records[MAX + 1] = {NULL};
    int lengths[MAX + 1] = {0};
    gnutls_datum_t chain[MAX];
    unsigned int certificates = 0, kept = 0, verdict = 0;
    for (int i = 1; i + 1 < count && kept < MAX && certificates < MAX; i += 2) {
        unsigned int length;
        unsigned char *data = octets(arguments[i + 1], &length);
        if (arguments[i][1] == 'c') {
            chain[certificates++] = (gnutls_datum_t){data, length};
        } else {
            records[kept] = (char *)data;
            lengths[kept++] = (int)length;
        }
    }
    void *state, *query;
    int error = dane_state_init(&state, IGNORE_LOCAL_RESOLVER | INSECURE);
    if (error == 0) error = dane_raw_tlsa(state, &query, records, lengths, 1, 0);
    if (error == 0) error = dane_verify_crt_raw(state, chain, certificates, X509, query, 0, 0, &verdict);
    if (error != 0) printf("refused: %s\n", dane_strerror(error));
    else if (verdict != 0) printf("refused: %u\n", verdict);
    else puts("accepted");
    return 0;
}

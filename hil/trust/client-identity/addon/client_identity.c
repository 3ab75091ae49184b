/*
 * The DANE client-identity extension on Node's own SSL_CTX.
 *
 * draft-ietf-dance-client-auth, "TLS DANE Client Identity extension": in TLS 1.3 the server puts an empty
 * ClientName (one octet, 00) into CertificateRequest, the client answers with its name (length octet and
 * 1..255 octets) in the leaf entry of Certificate. RFC 8446 section 4.2 allows an extension in both messages.
 *
 * Node offers no way to add an extension, but exports the OpenSSL it is built on. The prototypes below are the
 * public ones of OpenSSL 1.1.1 to 3.5, so the addon needs no OpenSSL headers and one binary serves Node 20 to 24.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NAPI_VERSION 8
#include "node_api.h"

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;
typedef struct x509_st X509;
typedef struct x509_store_ctx_st X509_STORE_CTX;
typedef struct crypto_ex_data_st CRYPTO_EX_DATA;
typedef int (*add_callback)(SSL *, unsigned int, unsigned int, const unsigned char **, size_t *, X509 *, size_t,
                            int *, void *);
typedef void (*free_callback)(SSL *, unsigned int, unsigned int, const unsigned char *, void *);
typedef int (*parse_callback)(SSL *, unsigned int, unsigned int, const unsigned char *, size_t, X509 *, size_t,
                              int *, void *);
typedef void (*ex_free_callback)(void *, void *, CRYPTO_EX_DATA *, int, long, void *);

extern int SSL_CTX_add_custom_ext(SSL_CTX *, unsigned int, unsigned int, add_callback, free_callback, void *,
                                  parse_callback, void *);
extern void SSL_CTX_set_cert_verify_callback(SSL_CTX *, int (*)(X509_STORE_CTX *, void *), void *);
extern int SSL_CTX_set_num_tickets(SSL_CTX *, size_t);
extern int SSL_CTX_set_ex_data(SSL_CTX *, int, void *);
extern void *SSL_CTX_get_ex_data(const SSL_CTX *, int);
extern int SSL_set_ex_data(SSL *, int, void *);
extern void *SSL_get_ex_data(const SSL *, int);
extern int SSL_is_server(const SSL *);
extern int SSL_is_init_finished(const SSL *);
extern int SSL_export_keying_material(SSL *, unsigned char *, size_t, const char *, size_t, const unsigned char *,
                                      size_t, int);
extern int SSL_get_ex_data_X509_STORE_CTX_idx(void);
extern void *X509_STORE_CTX_get_ex_data(const X509_STORE_CTX *, int);
extern void X509_STORE_CTX_set_error(X509_STORE_CTX *, int);
extern int X509_verify_cert(X509_STORE_CTX *);
extern int CRYPTO_get_ex_new_index(int, long, void *, void *, void *, ex_free_callback);
extern int CRYPTO_memcmp(const void *, const void *, size_t);

/* Values of openssl/ssl.h, crypto.h, x509_vfy.h. */
#define EX_INDEX_SSL 0
#define EX_INDEX_SSL_CTX 1
#define IN_CERTIFICATE 0x1000         /* SSL_EXT_TLS1_3_CERTIFICATE */
#define IN_CERTIFICATE_REQUEST 0x4000 /* SSL_EXT_TLS1_3_CERTIFICATE_REQUEST */
#define ALERT_HANDSHAKE_FAILURE 40
#define REFUSED_BY_APPLICATION 50 /* X509_V_ERR_APPLICATION_VERIFICATION: becomes alert handshake_failure */

#define KEYING_MATERIAL_OCTETS 32

/* What an SSL_CTX was set up for; owned by the SSL_CTX (ex_data). */
struct identity {
    unsigned char wire[256]; /* length octet and name; a server's is the single octet 00 */
    size_t wire_length;
};

/* The name that a client gave on one connection; owned by its SSL (ex_data). */
struct claim {
    struct claim *next;
    SSL *ssl;
    pthread_t thread; /* an SSL may be asked for keying material on the thread that runs it only */
    size_t length;
    unsigned char name[255];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct claim *claims; /* not yet taken by JavaScript */
static int identity_index = -1;
static int claim_index = -1;
static void *(*external_value)(napi_value); /* v8::External::Value() const, up to Node 24 */
static void *(*tagged_external_value)(napi_value, uint16_t);

/* A claim leaves the list when JavaScript takes the name or the connection ends, whichever is first. */
static void unlink_claim(struct claim *claim) {
    for (struct claim **link = &claims; *link != NULL; link = &(*link)->next) {
        if (*link == claim) {
            *link = claim->next;
            return;
        }
    }
}

static void free_claim(void *parent, void *data, CRYPTO_EX_DATA *ex, int index, long argl, void *argp) {
    (void)parent, (void)ex, (void)index, (void)argl, (void)argp;
    if (data == NULL) return;
    pthread_mutex_lock(&lock);
    unlink_claim(data);
    pthread_mutex_unlock(&lock);
    free(data);
}

static void free_identity(void *parent, void *data, CRYPTO_EX_DATA *ex, int index, long argl, void *argp) {
    (void)parent, (void)ex, (void)index, (void)argl, (void)argp;
    free(data);
}

static void set_up(void) {
    Dl_info self;
    /* OpenSSL keeps pointers into this library: a worker's end must not unload it. */
    if (dladdr((void *)&claims, &self) == 0 || dlopen(self.dli_fname, RTLD_NOW | RTLD_NODELETE) == NULL) return;
    *(void **)&external_value = dlsym(RTLD_DEFAULT, "_ZNK2v88External5ValueEv");
    *(void **)&tagged_external_value = dlsym(RTLD_DEFAULT, "_ZNK2v88External5ValueEt");
    identity_index = CRYPTO_get_ex_new_index(EX_INDEX_SSL_CTX, 0, NULL, NULL, NULL, free_identity);
    claim_index = CRYPTO_get_ex_new_index(EX_INDEX_SSL, 0, NULL, NULL, NULL, free_claim);
}

/* Called for CertificateRequest (we are the server) and for each certificate of our own chain. */
static int add_name(SSL *ssl, unsigned int type, unsigned int context, const unsigned char **out, size_t *length,
                    X509 *certificate, size_t chain_index, int *alert, void *argument) {
    const struct identity *identity = argument;
    const unsigned int message = SSL_is_server(ssl) ? IN_CERTIFICATE_REQUEST : IN_CERTIFICATE;
    (void)type, (void)certificate, (void)alert;
    if ((context & message) == 0 || chain_index != 0) return 0;
    *out = identity->wire;
    *length = identity->wire_length;
    return 1;
}

/* The server's request carries an empty name; the client's answer a name of 1..255 octets, on the leaf only. */
static int parse_name(SSL *ssl, unsigned int type, unsigned int context, const unsigned char *in, size_t length,
                      X509 *certificate, size_t chain_index, int *alert, void *argument) {
    (void)type, (void)certificate, (void)argument;
    *alert = ALERT_HANDSHAKE_FAILURE;
    if (!SSL_is_server(ssl)) return (context & IN_CERTIFICATE_REQUEST) != 0 && length == 1 && in[0] == 0;
    if ((context & IN_CERTIFICATE) == 0 || chain_index != 0) return 0;
    if (length < 2 || (size_t)in[0] + 1 != length || SSL_get_ex_data(ssl, claim_index) != NULL) return 0;

    struct claim *claim = calloc(1, sizeof *claim);
    if (claim == NULL) return 0;
    claim->ssl = ssl;
    claim->thread = pthread_self();
    claim->length = length - 1;
    memcpy(claim->name, in + 1, claim->length);
    if (SSL_set_ex_data(ssl, claim_index, claim) != 1) {
        free(claim);
        return 0;
    }
    pthread_mutex_lock(&lock);
    claim->next = claims;
    claims = claim;
    pthread_mutex_unlock(&lock);
    return 1;
}

/* A client certificate that came without a name ends the handshake; otherwise OpenSSL's own check goes on. */
static int require_name(X509_STORE_CTX *store, void *argument) {
    const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    (void)argument;
    if (ssl != NULL && (!SSL_is_server(ssl) || SSL_get_ex_data(ssl, claim_index) != NULL))
        return X509_verify_cert(store);
    X509_STORE_CTX_set_error(store, REFUSED_BY_APPLICATION);
    return 0;
}

/* napi_get_value_external does not apply: Node's SecureContext makes a plain v8::External. */
static SSL_CTX *ssl_ctx_of(napi_env env, napi_value external) {
    napi_valuetype type;
    if (napi_typeof(env, external, &type) != napi_ok || type != napi_external) return NULL;
    if (external_value != NULL) return external_value(external);
    return tagged_external_value(external, 0);
}

static napi_value refuse(napi_env env, const char *message) {
    napi_throw_error(env, NULL, message);
    return NULL;
}

/* register(sslCtx: external, extensionType: number, clientName?: Buffer): without a name it is a server's. */
static napi_value register_extension(napi_env env, napi_callback_info info) {
    napi_value args[3];
    size_t count = 3;
    uint32_t extension_type;
    void *name = NULL;
    size_t name_length = 0;
    bool named = false;

    if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count < 2 ||
        napi_get_value_uint32(env, args[1], &extension_type) != napi_ok || extension_type > 0xffff)
        return refuse(env, "register: expected (sslCtx, extensionType, clientName?)");
    if (count == 3) napi_is_buffer(env, args[2], &named);
    if (named) napi_get_buffer_info(env, args[2], &name, &name_length);
    if (named && (name_length < 1 || name_length > 255)) return refuse(env, "register: a name has 1..255 octets");

    SSL_CTX *ctx = ssl_ctx_of(env, args[0]);
    if (ctx == NULL) return refuse(env, "register: not an SSL_CTX");
    if (SSL_CTX_get_ex_data(ctx, identity_index) != NULL) return refuse(env, "register: this context has its identity");

    struct identity *identity = calloc(1, sizeof *identity);
    if (identity == NULL) return refuse(env, "register: out of memory");
    identity->wire[0] = (unsigned char)name_length;
    if (named) memcpy(identity->wire + 1, name, name_length);
    identity->wire_length = name_length + 1;
    if (SSL_CTX_set_ex_data(ctx, identity_index, identity) != 1) {
        free(identity);
        return refuse(env, "register: OpenSSL took no identity");
    }
    if (SSL_CTX_add_custom_ext(ctx, extension_type, IN_CERTIFICATE | IN_CERTIFICATE_REQUEST, add_name, NULL, identity,
                               parse_name, NULL) != 1)
        return refuse(env, "register: OpenSSL refused the extension type (one that it implements itself?)");
    if (!named) {
        SSL_CTX_set_cert_verify_callback(ctx, require_name, NULL);
        SSL_CTX_set_num_tickets(ctx, 0); /* a resumed connection shows neither certificate nor name */
    }
    return NULL;
}

/*
 * takeClientName(keyingMaterial: Buffer, label: string): Buffer | undefined. Exported keying material (RFC 8446
 * section 7.5) is what JavaScript and OpenSSL both know of a connection. Only the server's end records a claim, so
 * a client in the same process, whose keying material is the same, is never found.
 */
static napi_value take_client_name(napi_env env, napi_callback_info info) {
    napi_value args[2], result = NULL;
    size_t count = 2, wanted_length, label_length;
    void *wanted;
    char label[64];
    unsigned char material[KEYING_MATERIAL_OCTETS];
    unsigned char name[255];
    size_t name_length = 0;

    if (napi_get_cb_info(env, info, &count, args, NULL, NULL) != napi_ok || count != 2 ||
        napi_get_buffer_info(env, args[0], &wanted, &wanted_length) != napi_ok ||
        wanted_length != KEYING_MATERIAL_OCTETS ||
        napi_get_value_string_latin1(env, args[1], label, sizeof label, &label_length) != napi_ok)
        return refuse(env, "takeClientName: expected (32 octets of keying material, label)");

    pthread_mutex_lock(&lock);
    for (struct claim *claim = claims; claim != NULL; claim = claim->next) {
        if (!pthread_equal(claim->thread, pthread_self()) || !SSL_is_init_finished(claim->ssl)) continue;
        if (SSL_export_keying_material(claim->ssl, material, sizeof material, label, label_length, NULL, 0, 0) != 1)
            continue;
        if (CRYPTO_memcmp(material, wanted, sizeof material) != 0) continue;
        unlink_claim(claim);
        name_length = claim->length;
        memcpy(name, claim->name, name_length);
        break;
    }
    pthread_mutex_unlock(&lock);
    /* Not under the lock: a new buffer may set off the garbage collector, and that free_claim. */
    if (name_length > 0) napi_create_buffer_copy(env, name_length, name, NULL, &result);
    return result;
}

NAPI_MODULE_INIT() {
    napi_value function;
    pthread_once(&once, set_up);
    if (identity_index < 0 || claim_index < 0 || (external_value == NULL && tagged_external_value == NULL))
        return refuse(env, "this Node does not export what the extension needs of V8 and OpenSSL");
    napi_create_function(env, "register", NAPI_AUTO_LENGTH, register_extension, NULL, &function);
    napi_set_named_property(env, exports, "register", function);
    napi_create_function(env, "takeClientName", NAPI_AUTO_LENGTH, take_client_name, NULL, &function);
    napi_set_named_property(env, exports, "takeClientName", function);
    return exports;
}

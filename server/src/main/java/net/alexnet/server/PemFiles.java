package net.alexnet.server;

import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import module java.base;

/// The files of a TLS certificate, in the form that certificate authorities hand out. They are read into memory when the
/// server starts.
///
/// @param key the private key, PKCS #8 in PEM, not encrypted
/// @param certificates the server's certificate, then those that signed it, in PEM
public record PemFiles(Path key, Path certificates) {
    private static final Pattern PRIVATE_KEY = Pattern.compile(
            "-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    /// Both files as a key store in memory.
    ///
    /// @param password of the store and of the key in it
    /// @throws IOException if a file cannot be read, or is not what it should be
    KeyStore load(char[] password) throws IOException {
        try {
            Certificate[] chain = chain();
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, password);
            store.setKeyEntry("server", privateKey(chain[0].getPublicKey().getAlgorithm()), password, chain);
            return store;
        } catch (GeneralSecurityException e) {
            throw new IOException("the key " + key + " and the certificate " + certificates
                    + " cannot be used: " + e.getMessage(), e);
        }
    }

    private Certificate[] chain() throws IOException {
        try (InputStream in = Files.newInputStream(certificates)) {
            Certificate[] chain = CertificateFactory.getInstance("X.509").generateCertificates(in)
                    .toArray(Certificate[]::new);
            if (chain.length == 0) {
                throw new IOException("there is no certificate in " + certificates
                        + "; expected a PEM file with '-----BEGIN CERTIFICATE-----'");
            }
            return chain;
        } catch (CertificateException e) {
            throw new IOException(certificates + " is not a PEM file of certificates: " + e.getMessage(), e);
        }
    }

    private PrivateKey privateKey(String algorithm) throws IOException, GeneralSecurityException {
        Matcher found = PRIVATE_KEY.matcher(Files.readString(key, StandardCharsets.ISO_8859_1));
        if (!found.find()) {
            throw new IOException("there is no unencrypted PKCS #8 key in " + key
                    + ". Convert it: openssl pkcs8 -topk8 -nocrypt -in " + key.getFileName() + " -out key.pem");
        }
        byte[] encoded = Base64.getMimeDecoder().decode(found.group(1));
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
    }
}

package net.alexnet.server;

import module java.base;
import org.eclipse.jetty.http.HttpCookie;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.HostPort;
import org.jspecify.annotations.Nullable;

/// Who may call: by one of our own names, from no foreign page, and with the token. The `Host` header must be one of our own
/// names. Otherwise a foreign page could point its own domain at this server (DNS rebinding).
final class Access {
    private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> OWN_SITE = Set.of("same-origin", "none");
    private static final HexFormat HEX = HexFormat.of();

    private final Set<String> hosts;
    private final byte @Nullable [] token;
    /// What the cookie holds: a secret of this process, so that a browser never keeps the token.
    private final String session;
    private final String cookie;
    private final boolean secure;

    /// @param port that the server listens on; browsers share cookies between the ports of a host
    Access(HttpSettings settings, int port) {
        hosts = Stream.of(LOCAL, settings.allowedHosts(), Set.of(named(settings.host())))
                .flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());
        token = settings.token().map(Access::bytes).orElse(null);
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        session = HEX.formatHex(secret);
        cookie = "alexnet-" + port;
        secure = settings.tls().isPresent();
    }

    private static String named(String host) {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host.toLowerCase(Locale.ROOT);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// @param local the address that the client connected to. It is allowed as `Host`: an IP address cannot be rebound
    /// @throws HttpFailure of status 421
    void requireHost(HttpFields headers, String local) throws HttpFailure {
        String host = host(headers);
        if (!hosts.contains("*") && !hosts.contains(host) && !isAddress(host, local)) {
            throw new HttpFailure(421, "this server does not answer for the host '" + host
                    + "'; start it with --allowed-hosts " + (host.isEmpty() ? "NAME" : host) + " if it should");
        }
    }

    /// Whether both are the same address, however it is written.
    private static boolean isAddress(String host, String local) {
        try {
            return address(host).equals(address(local));
        } catch (IllegalArgumentException e) {
            return false; // a name
        }
    }

    private static InetAddress address(String text) {
        return InetAddress.ofLiteral(text.replaceAll("[\\[\\]]", ""));
    }

    private static String host(HttpFields headers) {
        String value = headers.get(HttpHeader.HOST);
        try {
            return value == null ? "" : named(new HostPort(value).getHost().replaceAll("[\\[\\]]", ""));
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /// A request without both headers is none of a browser.
    ///
    /// @throws HttpFailure of status 403
    void requireOwnSite(String method, HttpFields headers) throws HttpFailure {
        if (SAFE.contains(method)) {
            return;
        }
        String site = headers.get("Sec-Fetch-Site");
        String origin = headers.get(HttpHeader.ORIGIN);
        boolean own = site != null
                ? OWN_SITE.contains(site)
                : origin == null || origin.equalsIgnoreCase((secure ? "https://" : "http://")
                        + headers.get(HttpHeader.HOST));
        if (!own) {
            throw new HttpFailure(403, "a page of another site sent this request; only pages of this server may");
        }
    }

    /// @throws HttpFailure of status 401
    void requireToken(HttpFields headers, List<HttpCookie> cookies) throws HttpFailure {
        if (token == null) {
            return;
        }
        String value = headers.get(HttpHeader.AUTHORIZATION);
        if (value != null && value.regionMatches(true, 0, "Bearer ", 0, 7) && isToken(value.substring(7).strip())) {
            return;
        }
        if (cookies.stream().anyMatch(one -> one.getName().equals(cookie)
                && MessageDigest.isEqual(bytes(session), bytes(one.getValue())))) {
            return;
        }
        throw unauthorized();
    }

    private static HttpFailure unauthorized() {
        return new HttpFailure(401, "this server needs a token: send the header 'Authorization: Bearer TOKEN',"
                + " or in a browser open an address that ends in ?token=TOKEN",
                Map.of("WWW-Authenticate", "Bearer"));
    }

    /// Whether a text is the token, in a time that does not depend on where they differ.
    boolean isToken(String text) {
        return token != null && MessageDigest.isEqual(token, bytes(text));
    }

    /// For a browser, which came with the token in its address: the cookie, and the address without the token.
    ///
    /// @param address to go on to
    /// @throws HttpFailure of status 401 if it is not the token
    Reply login(String given, String address) throws HttpFailure {
        if (!isToken(given)) {
            throw unauthorized();
        }
        return Reply.redirect(address).with("Set-Cookie",
                cookie + "=" + session + "; Path=/; HttpOnly; SameSite=Strict" + (secure ? "; Secure" : ""));
    }

    boolean hasToken() {
        return token != null;
    }
}

package net.alexnet.server;

import module java.base;

/// Where a server listens, who may call it, and what it allows. A value: each method returns a changed copy.
///
/// @param host the name or address to listen on; `localhost` stands for 127.0.0.1 and, where the machine has it, ::1
/// @param port 0 for a free one
/// @param tls the certificate, if the server speaks HTTPS
/// @param token what callers must present, if they must
/// @param open whether anyone may call a server that others can reach
/// @param allowedHosts host names that a request's `Host` header may have, besides `localhost`, 127.0.0.1, `[::1]`, the name in
///     `host` and the address of a connection; `*` allows all
/// @param limits of requests
/// @param listener told of each answered request, on any thread; it must be quick
public record HttpSettings(String host, int port, Optional<PemFiles> tls, Optional<String> token, boolean open,
        Set<String> allowedHosts, Limits limits, Consumer<Answered> listener) {
    /// The shortest token that is accepted, in characters.
    private static final int TOKEN = 16;

    public HttpSettings {
        allowedHosts = allowedHosts.stream().map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("the port must be 0 to 65535, found " + port);
        }
        if (token.isPresent() && !token.get().matches("[\\x21-\\x7e]{" + TOKEN + ",}")) {
            throw new IllegalArgumentException("the token must be at least " + TOKEN
                    + " printable ASCII characters without blanks. Make one: openssl rand -hex 32");
        }
    }

    /// Only this machine, a free port, no token.
    public static HttpSettings defaults() {
        return new HttpSettings("localhost", 0, Optional.empty(), Optional.empty(), false, Set.of(),
                Limits.defaults(), _ -> {});
    }

    public HttpSettings host(String name) {
        return new HttpSettings(name, port, tls, token, open, allowedHosts, limits, listener);
    }

    public HttpSettings port(int number) {
        return new HttpSettings(host, number, tls, token, open, allowedHosts, limits, listener);
    }

    public HttpSettings tls(PemFiles files) {
        return new HttpSettings(host, port, Optional.of(files), token, open, allowedHosts, limits, listener);
    }

    public HttpSettings token(String secret) {
        return new HttpSettings(host, port, tls, Optional.of(secret), open, allowedHosts, limits, listener);
    }

    /// Lets anyone call who can reach the server.
    public HttpSettings openToAll() {
        return new HttpSettings(host, port, tls, token, true, allowedHosts, limits, listener);
    }

    public HttpSettings allowedHosts(Set<String> names) {
        return new HttpSettings(host, port, tls, token, open, names, limits, listener);
    }

    public HttpSettings limits(Limits changed) {
        return new HttpSettings(host, port, tls, token, open, allowedHosts, changed, listener);
    }

    public HttpSettings listener(Consumer<Answered> told) {
        return new HttpSettings(host, port, tls, token, open, allowedHosts, limits, told);
    }

    /// The addresses to listen on, those that the machine has.
    ///
    /// @throws IOException if there is no such host
    /// @throws IllegalArgumentException if others could reach the server, and neither a token nor [#open()] is set
    public List<InetAddress> addresses() throws IOException {
        List<InetAddress> found = host.equals("localhost")
                ? List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1"))
                : List.of(InetAddress.getAllByName(host));
        if (token.isEmpty() && !open && !found.stream().allMatch(InetAddress::isLoopbackAddress)) {
            throw new IllegalArgumentException("other machines can reach " + host
                    + ", so callers need a token: give --token, or --no-auth to let anyone in");
        }
        return found.stream().filter(address -> address.equals(found.getFirst()) || isHere(address)).toList();
    }

    /// Whether the machine has the address: not each has IPv6.
    private static boolean isHere(InetAddress address) {
        try (ServerSocket _ = new ServerSocket(0, 1, address)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}

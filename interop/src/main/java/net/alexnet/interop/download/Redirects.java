package net.alexnet.interop.download;

import java.net.URI;
import java.util.Locale;

/// Where a server may send us.
final class Redirects {
    private Redirects() {}

    /// The address that a `Location` names, seen from the one that was asked.
    ///
    /// @throws DownloadException if it is not an address, not HTTP, or leaves encryption behind
    static URI follow(URI from, String location) throws DownloadException {
        URI to;
        try {
            to = from.resolve(location);
            requireAllowed(to, true);
        } catch (IllegalArgumentException e) {
            throw new DownloadException(from + " sends on to '" + location + "', which is no address to follow", e);
        }
        if (scheme(from).equals("https") && !scheme(to).equals("https")) {
            throw new DownloadException(from + " sends on to " + to
                    + ", from https to http; that is never followed, since anyone on the way could answer");
        }
        return to;
    }

    /// Refuses what is not HTTP, or is not encrypted where it must be.
    static void requireAllowed(URI address, boolean plainHttp) {
        boolean allowed = scheme(address).equals("https") || (plainHttp && scheme(address).equals("http"));
        if (!allowed || address.getHost() == null) {
            throw new IllegalArgumentException("'" + address + "' is not an address that begins with https://"
                    + (plainHttp ? " or http://" : "") + " and a host");
        }
    }

    private static String scheme(URI address) {
        return address.getScheme() == null ? "" : address.getScheme().toLowerCase(Locale.ROOT);
    }
}

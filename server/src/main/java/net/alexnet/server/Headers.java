package net.alexnet.server;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/// The headers of every answer. They forbid scripts, styles and pictures of other servers, frames around the page, and
/// reading by other sites.
final class Headers {
    private Headers() {}

    static void protect(HttpFields.Mutable headers) {
        headers.put("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self';"
                + " img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'self';"
                + " frame-ancestors 'none'");
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("Referrer-Policy", "no-referrer");
        headers.put("Cross-Origin-Opener-Policy", "same-origin");
        headers.put("Cross-Origin-Resource-Policy", "same-origin");
        headers.put("Permissions-Policy", "camera=(self)");
        headers.put(HttpHeader.CACHE_CONTROL, "no-cache");
    }
}

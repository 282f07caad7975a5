package net.alexnet.interop.download;

import java.net.URI;
import java.util.List;
import java.util.OptionalLong;

/// A file that someone publishes.
///
/// @param name under which it is stored, without a folder: letters, digits, `.`, `_` and `-`
/// @param addresses where it is to be had; the later ones are asked when an earlier one fails
/// @param bytes its size, if known
/// @param limit more bytes than this are never written, whatever a server sends; not less than `bytes`
/// @param hash of all of it
/// @param plainHttp whether addresses may be `http:`; what arrives is held to the hash all the same
public record PublishedFile(
        String name, List<URI> addresses, OptionalLong bytes, long limit, Hash hash, boolean plainHttp) {
    public PublishedFile {
        addresses = List.copyOf(addresses);
        if (!name.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*")) {
            throw new IllegalArgumentException("'" + name + "' is not the name of a file by itself");
        }
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException(name + " has no address");
        }
        for (URI address : addresses) {
            Redirects.requireAllowed(address, plainHttp);
        }
        if (limit < 1 || (bytes.isPresent() && (bytes.getAsLong() < 0 || bytes.getAsLong() > limit))) {
            throw new IllegalArgumentException(name + ": a size of " + bytes + " within a limit of " + limit
                    + " bytes makes no sense");
        }
    }
}

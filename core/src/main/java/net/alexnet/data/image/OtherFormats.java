package net.alexnet.data.image;

import module java.base;
import net.alexnet.io.Archives;

/// Names files that are not read for what they are, by their first bytes.
public final class OtherFormats {
    private static final int LOOKED_AT = 64;

    /// Beginnings of files; the first that fits counts.
    private static final List<Signature> SIGNATURES = List.of(
            new Signature(0, "\0\0\0\fjP  ", "JPEG 2000"),
            new Signature(0, "\u00FFO\u00FFQ", "JPEG 2000"),
            new Signature(0, "\u00FF\n", "JPEG XL"),
            new Signature(0, "\0\0\0\fJXL ", "JPEG XL"),
            new Signature(0, "8BPS", "Photoshop"),
            new Signature(0, "gimp xcf", "GIMP"),
            new Signature(0, "v/1\u0001", "OpenEXR"),
            new Signature(0, "#?R", "Radiance HDR"),
            new Signature(0, "P7\n", "PAM"),
            new Signature(0, "PF\n", "PFM"),
            new Signature(0, "Pf\n", "PFM"),
            new Signature(0, "\0\0\u0001\0", "ICO"),
            new Signature(0, "FUJIFILMCCD-RAW", "camera raw"),
            new Signature(0, "IIU\0", "camera raw"),
            new Signature(0, "IIR", "camera raw"),
            new Signature(0, "\u0089HDF", "HDF5"),
            new Signature(0, "%PDF", "PDF"),
            new Signature(0, "\u001AE\u00DF\u00A3", "video"),
            new Signature(8, "AVI ", "video"),
            new Signature(0, "version https://git-lfs", "Git LFS pointer (run 'git lfs pull')"),
            new Signature(0, "<svg", "SVG"),
            new Signature(0, "<!doctype html", "HTML"),
            new Signature(0, "<html", "HTML"),
            new Signature(0, "<?xml", "XML or SVG"));

    private OtherFormats() {}

    private record Signature(int at, String bytes, String name) {
        boolean fits(String start) {
            return bytes.startsWith("<") // markup in any case, after any white space
                    ? start.stripLeading().regionMatches(true, 0, bytes, 0, bytes.length())
                    : start.startsWith(bytes, at);
        }
    }

    /// The name of a format that is not read, such as `HEIC`; empty if the file is none of these, or of a format that
    /// [ImageHeader] knows.
    public static Optional<String> of(byte[] file) {
        String start = new String(file, 0, Math.min(LOOKED_AT, file.length), StandardCharsets.ISO_8859_1);
        if (start.startsWith("ftyp", 4) && start.length() >= 12) {
            return Optional.of(isoMedia(start.substring(8, 12)));
        }
        return SIGNATURES.stream().filter(one -> one.fits(start)).map(Signature::name).findFirst()
                .or(() -> Archives.kind(file));
    }

    /// Pictures and films share a container; its brand tells them apart.
    private static String isoMedia(String brand) {
        return switch (brand) {
            case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1" -> "HEIC";
            case "avif", "avis" -> "AVIF";
            case "crx " -> "camera raw";
            case "jp2 ", "jpx " -> "JPEG 2000";
            default -> "video";
        };
    }
}

package net.alexnet.cli;

import module java.base;
import net.alexnet.Features.Found;
import net.alexnet.Features.Similar;
import net.alexnet.data.Sample;
import net.alexnet.data.image.Encoding;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.Texts;
import net.alexnet.report.Thumbnail;

/// A page like the paper's figure 4: a picture in the first column, the most similar ones after it.
/// It is a single file that contains the pictures, cropped to squares.
final class ContactSheet {
    private static final int SIDE = 160; // pixels of a thumbnail
    private static final Encoding JPEG = new Encoding(Encoding.Format.JPEG, 85);

    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Similar pictures</title>
            <style>
            :root { color-scheme: light dark; }
            body { font: 14px/1.4 system-ui, sans-serif; margin: 1.5rem; color: CanvasText; background: Canvas; }
            div { overflow-x: auto; }
            table { border-collapse: collapse; }
            th, td { padding: .4rem; vertical-align: top; text-align: left; font-weight: normal; width: 160px; }
            th[scope=row] { border-right: 2px solid GrayText; padding-right: 1rem; }
            thead th { color: GrayText; }
            td:nth-child(2) { padding-left: 1rem; }
            img { display: block; width: 160px; height: 160px; }
            p { margin: .2rem 0 0; overflow-wrap: anywhere; max-width: 160px; }
            </style>
            </head>
            <body>
            <h1>Similar pictures</h1>
            <div><table>
            <thead><tr><th scope="col">picture</th><th scope="col" colspan="%d">nearest first: file, distance, class</th></tr></thead>
            <tbody>
            """;
    private static final String FOOT = """
            </tbody>
            </table></div>
            </body>
            </html>
            """;

    private ContactSheet() {}

    /// @param found the rows
    static String of(List<Found> found, ImageCodec codec) throws IOException {
        Thumbnail thumbnail = new Thumbnail(SIDE, JPEG, codec);
        int columns = found.stream().mapToInt(one -> one.similar().size()).max().orElse(1);
        StringBuilder page = new StringBuilder(HEAD.replace("%d", String.valueOf(columns)));
        for (Found one : found) {
            page.append("<tr>\n<th scope=\"row\">").append(image(thumbnail, one.image(), one.file())).append("</th>\n");
            for (Similar like : one.similar()) {
                page.append("<td>").append(image(thumbnail, like.image(), like.file().toString())).append("<p>")
                        .append(String.format(Locale.ROOT, "%.4f", like.distance())).append("</p>")
                        .append(like.label().map(label -> "<p>" + Texts.markup(label) + "</p>").orElse(""))
                        .append("</td>\n");
            }
            page.append("</tr>\n");
        }
        return page.append(FOOT).toString();
    }

    private static String image(Thumbnail thumbnail, Sample sample, String name) throws IOException {
        String caption = "<p>" + Texts.markup(name) + "</p>";
        try {
            return thumbnail.image(sample, name) + caption;
        } catch (UnreadableImageException e) {
            return "<p>" + Texts.markup(String.valueOf(e.getMessage())) + "</p>" + caption;
        }
    }
}

package io.botfsm.telegram.testing;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The fields of a multipart form; files among them are left out. */
final class Multipart {
    private static final Pattern BOUNDARY = Pattern.compile("(?i)boundary=\"?([^\";]+)");
    private static final Pattern NAME = Pattern.compile("(?i)[; ]name=\"([^\"]*)\"");
    private static final Pattern FILE = Pattern.compile("(?i)[; ]filename=");
    private static final String BLANK_LINE = "\r\n\r\n";

    private Multipart() {}

    static Map<String, String> of(String contentType, byte[] body) {
        Matcher boundary = BOUNDARY.matcher(contentType);
        if (!boundary.find()) {
            throw RequestRefusedException.badRequest("boundary not found");
        }
        Map<String, String> fields = new LinkedHashMap<>();
        // One character a byte, so that no byte is lost before the parts are decoded.
        String text = "\r\n" + new String(body, StandardCharsets.ISO_8859_1);
        for (String part : text.split(Pattern.quote("\r\n--" + boundary.group(1)), -1)) {
            int blank = part.indexOf(BLANK_LINE);
            if (blank < 0) {
                continue;
            }
            String head = part.substring(0, blank);
            Matcher name = NAME.matcher(head);
            if (name.find() && !FILE.matcher(head).find()) {
                fields.put(utf8(name.group(1)), utf8(part.substring(blank + BLANK_LINE.length())));
            }
        }
        return fields;
    }

    private static String utf8(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}

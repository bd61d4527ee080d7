import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/**
 * Writes and reads framed Avro with org.apache.avro, to test this project's Avro code against another implementation.
 *
 * Argument: the schema's file. Each line of the input is an operation with four parts, separated by tabs. "write", the
 * framing (confluent, glue, glue-zlib), the schema's id, the record as JSON: the answer is the framed bytes in base64.
 * "read", the framing, the expected id, the bytes in base64: the answer is the record as JSON.
 */
public final class AvroLogins {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] args) throws Exception {
    Schema schema = new Schema.Parser().parse(new File(args[0]));
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] parts = line.split("\t", 4);
      boolean write = parts[0].equals("write");
      answers.println(write ? write(schema, parts[1], parts[2], parts[3]) : read(schema, parts[1], parts[2], parts[3]));
    }
  }

  private static String write(Schema schema, String framing, String id, String json) throws IOException {
    JsonNode fields = JSON.readTree(json);
    GenericRecord record = new GenericData.Record(schema);
    for (Schema.Field field : schema.getFields()) {
      record.put(field.name(), value(field.schema(), fields.get(field.name())));
    }
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(payload, null);
    new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
    encoder.flush();
    return Base64.getEncoder().encodeToString(frame(framing, id, payload.toByteArray()));
  }

  private static Object value(Schema schema, JsonNode node) {
    return switch (schema.getType()) {
      case LONG -> node.longValue();
      case ENUM -> new GenericData.EnumSymbol(schema, node.textValue());
      default -> node.isNull() ? null : node.textValue();
    };
  }

  private static String read(Schema schema, String framing, String id, String base64) throws Exception {
    byte[] payload = payload(framing, id, ByteBuffer.wrap(Base64.getDecoder().decode(base64)));
    GenericRecord record = new GenericDatumReader<GenericRecord>(schema)
        .read(null, DecoderFactory.get().binaryDecoder(payload, null));
    ObjectNode fields = JSON.createObjectNode();
    for (Schema.Field field : schema.getFields()) {
      Object value = record.get(field.name());
      if (value instanceof Long number) fields.put(field.name(), number);
      else fields.put(field.name(), value == null ? null : value.toString());
    }
    return JSON.writeValueAsString(fields);
  }

  private static byte[] frame(String framing, String id, byte[] payload) {
    if (framing.equals("confluent")) {
      return ByteBuffer.allocate(5 + payload.length).put((byte) 0).putInt(Integer.parseInt(id)).put(payload).array();
    }
    boolean compress = framing.equals("glue-zlib");
    byte[] body = compress ? deflated(payload) : payload;
    UUID version = UUID.fromString(id);
    return ByteBuffer.allocate(18 + body.length)
        .put((byte) 3)
        .put((byte) (compress ? 5 : 0))
        .putLong(version.getMostSignificantBits())
        .putLong(version.getLeastSignificantBits())
        .put(body)
        .array();
  }

  private static byte[] payload(String framing, String id, ByteBuffer framed) throws DataFormatException {
    boolean confluent = framing.equals("confluent");
    expect("first byte", confluent ? 0 : 3, framed.get());
    if (confluent) {
      expect("schema id", Integer.parseInt(id), framed.getInt());
      return rest(framed);
    }
    boolean compressed = framing.equals("glue-zlib");
    expect("compression", compressed ? 5 : 0, framed.get());
    UUID version = new UUID(framed.getLong(), framed.getLong());
    if (!version.equals(UUID.fromString(id))) throw new IllegalStateException("schema version " + version);
    return compressed ? inflated(rest(framed)) : rest(framed);
  }

  private static byte[] rest(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static byte[] deflated(byte[] bytes) {
    Deflater deflater = new Deflater();
    deflater.setInput(bytes);
    deflater.finish();
    byte[] buffer = new byte[bytes.length + 64];
    return Arrays.copyOf(buffer, deflater.deflate(buffer));
  }

  private static byte[] inflated(byte[] bytes) throws DataFormatException {
    Inflater inflater = new Inflater();
    inflater.setInput(bytes);
    byte[] buffer = new byte[65_536];
    return Arrays.copyOf(buffer, inflater.inflate(buffer));
  }

  private static void expect(String what, int expected, int found) {
    if (expected != found) throw new IllegalStateException(what + " is " + found + ", not " + expected);
  }
}

using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.VectorData.ProviderServices;
using PqGen.Extensions.VectorData.Records;

namespace PqGen.Extensions.VectorData.Storage;

/// <summary>
/// Records as lines of JSON: <c>{"id": 1, "key": ..., "data": {"name": value}, "vectors": ["base64 of little-endian floats", null]}</c>.
/// </summary>
internal static class RecordLines
{
    public const string File = "records.jsonl";
    private static readonly JsonSerializerOptions s_values = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Writes one record and a line's end.</summary>
    public static void Write<TKey, TRecord>(IBufferWriter<byte> buffer, CollectionModel model, Entry<TKey, TRecord> entry)
        where TRecord : class
    {
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", entry.Id);
            writer.WritePropertyName("key");
            JsonSerializer.Serialize(writer, entry.Key, model.KeyProperty.Type, s_values);
            writer.WriteStartObject("data");
            foreach (var property in model.DataProperties)
            {
                writer.WritePropertyName(property.StorageName);
                JsonSerializer.Serialize(writer, property.GetValueAsObject(entry.Record), property.Type, s_values);
            }

            writer.WriteEndObject();
            writer.WriteStartArray("vectors");
            foreach (var vector in entry.Vectors)
            {
                if (vector is null)
                {
                    writer.WriteNullValue();
                }
                else
                {
                    writer.WriteBase64StringValue(MemoryMarshal.AsBytes<float>(vector));
                }
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
    }

    /// <summary>Reads the record of a line.</summary>
    /// <exception cref="JsonException">The line is damaged.</exception>
    public static Entry<TKey, TRecord> Read<TKey, TRecord>(string line, CollectionModel model)
        where TRecord : class
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        var key = root.GetProperty("key").Deserialize(model.KeyProperty.Type, s_values) ?? throw new JsonException("the key is null");
        var record = model.CreateRecord<TRecord>()!;
        model.KeyProperty.SetValueAsObject(record, key);
        var data = root.GetProperty("data");
        foreach (var property in model.DataProperties)
        {
            if (data.TryGetProperty(property.StorageName, out var value))
            {
                property.SetValueAsObject(record, value.Deserialize(property.Type, s_values));
            }
        }

        var vectors = root.GetProperty("vectors");
        if (vectors.GetArrayLength() != model.VectorProperties.Count)
        {
            throw new JsonException(FormattableString.Invariant($"it has {vectors.GetArrayLength()} vectors of {model.VectorProperties.Count}"));
        }

        var kept = vectors.EnumerateArray().Select((vector, i) => Vector(vector, model.VectorProperties[i].Dimensions)).ToArray();
        return new Entry<TKey, TRecord>(root.GetProperty("id").GetInt64(), (TKey)key, record, kept);
    }

    private static float[]? Vector(JsonElement value, int dimension)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var bytes = value.GetBytesFromBase64();
        return bytes.Length == dimension * sizeof(float)
            ? MemoryMarshal.Cast<byte, float>(bytes).ToArray()
            : throw new JsonException(FormattableString.Invariant($"a vector has {bytes.Length} bytes; {dimension} floats are needed"));
    }
}

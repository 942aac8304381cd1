using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace PqGen.Extensions.VectorData.Model;

/// <summary>Reads attributes and definitions, and refuses what records here cannot hold.</summary>
internal sealed class RecordModelBuilder() : CollectionModelBuilder(
    new CollectionModelBuildingOptions { RequiresAtLeastOneVector = false, SupportsMultipleVectors = true })
{
    private static readonly Type[] s_keyTypes = [typeof(long), typeof(int), typeof(Guid), typeof(string)];

    protected override void ValidateKeyProperty(KeyPropertyModel keyProperty)
    {
        base.ValidateKeyProperty(keyProperty);
        if (!s_keyTypes.Contains(keyProperty.Type))
        {
            throw new NotSupportedException(
                $"The key '{keyProperty.ModelName}' is of type {keyProperty.Type.Name}; a key needs to be a long, an int, a Guid or a string.");
        }
    }

    protected override void ValidateProperty(PropertyModel propertyModel, Microsoft.Extensions.VectorData.VectorStoreCollectionDefinition? definition)
    {
        base.ValidateProperty(propertyModel, definition);
        if (propertyModel is VectorPropertyModel vector)
        {
            _ = Scoring.Of(vector);
            _ = VectorColumnKind.Of(vector);
            if (vector.Dimensions is < 1 or > MaxDimension)
            {
                throw new NotSupportedException(
                    $"The vector property '{vector.ModelName}' has {vector.Dimensions} dimensions; it needs 1 to {MaxDimension}.");
            }
        }
    }

    protected override bool IsDataPropertyTypeValid(Type type, [NotNullWhen(false)] out string? supportedTypes)
    {
        supportedTypes = DataValues.Supported;
        return DataValues.IsSupported(type);
    }

    protected override bool IsVectorPropertyTypeValid(Type type, [NotNullWhen(false)] out string? supportedTypes)
    {
        supportedTypes = VectorValues.Supported;
        return VectorValues.IsSupported(type);
    }

    private const int MaxDimension = 4096;
}

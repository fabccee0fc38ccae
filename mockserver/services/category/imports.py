"""What recorded calls say about categories, and about the products in them."""

from __future__ import annotations

from dataclasses import replace

from ...importing.row_imports import Imports, Merges, PublicFields, Removes, RowImport, Shows, Stores

CATEGORY = RowImport(
    collection="categories",
    fields={"name": ("localizedName", "name")},
    children="subcategories",
    ignored=("description", "metadata", "media", "supercategoriesIds"),
)
# The nodes of trees name no parent: it is the node around them.
TREE_NODE = RowImport(
    collection="categories",
    fields={"name": ("localizedName", "name"), "parentId": ("parentId", "^id")},
    children="subcategories",
    ignored=("description", "metadata", "media"),
)
CATEGORY_ASSIGNMENT = RowImport(
    collection="products",
    fields={"id": "ref.id", "name": ("ref.localizedName", "ref.name")},
    additions={"categories": "categoryId"},
    ignored=("metadata", "position"),
)
CATEGORY_OF_PRODUCT = RowImport(
    collection="categories",
    fields=CATEGORY.fields,
    ignored=CATEGORY.ignored,
    parts={
        ".": RowImport(
            collection="products",
            fields={"id": "{referenceId}"},
            additions={"categories": "^id"},
            has_only_fields=True,
        ),
    },
)

WRITTEN_CATEGORY = RowImport(
    collection="categories",
    fields={"id": ("id", "<id"), "name": "localizedName"},
    ignored=("metadata", "type", "ownClassificationMixins"),
)
NAMED_CATEGORY = replace(WRITTEN_CATEGORY, fields={"id": "{categoryId}", "name": "localizedName"})
ASSIGNED_PRODUCT = RowImport(
    collection="products",
    fields={"id": ("ref.id", "{referenceId}")},
    additions={"categories": "{categoryId}"},
    has_only_fields=True,
)

PUBLIC_FIELDS: PublicFields = {"categories": ("name", "code", "localizedSlug")}

IMPORTS: Imports = {
    "GET-category-tree-list-categories": [Shows(CATEGORY)],
    "POST-category-tree-search-categories": [Shows(CATEGORY)],
    "GET-category-tree-retrieve-category": [Shows(CATEGORY)],
    "GET-category-tree-list-subcategories": [Shows(CATEGORY)],
    "GET-category-tree-retrieve-category-parents": [Shows(CATEGORY)],
    "GET-category-tree-retrieve-category-assignments": [Shows(CATEGORY_ASSIGNMENT)],
    "GET-category-tree-list-categories-by-reference-id": [Shows(CATEGORY_OF_PRODUCT)],
    "GET-category-tree-retrieve-category-tree": [Shows(TREE_NODE)],
    "POST-category-tree-search-category-trees": [Shows(TREE_NODE)],
    "GET-category-tree-retrieve-category-tree-by-id": [Shows(TREE_NODE)],
    "POST-category-tree-rebuild-category-tree": [Shows(TREE_NODE)],
    "POST-category-tree-create-category": [Stores(WRITTEN_CATEGORY)],
    "PUT-category-tree-update-category": [Stores(NAMED_CATEGORY)],
    "PATCH-category-tree-update-category": [Merges(NAMED_CATEGORY)],
    "DELETE-category-tree-remove-category": [Removes("categories", {"id": "{categoryId}"})],
    "POST-category-tree-assign-resource": [Merges(ASSIGNED_PRODUCT)],
    "PUT-category-tree-assign-resource": [Merges(ASSIGNED_PRODUCT)],
    "POST-category-tree-assign-category-resources": [Merges(ASSIGNED_PRODUCT)],
    "PUT-category-tree-update-category-assignments": [Merges(ASSIGNED_PRODUCT)],
    "DELETE-category-tree-remove-all-category-assignments": [],
    "DELETE-category-tree-remove-category-assignment": [],
    "DELETE-category-tree-remove-category-assignment-by-reference-id": [],
    "DELETE-category-tree-remove-all-assignments": [],
}

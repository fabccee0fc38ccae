"""What recorded calls say about categories, and about the products in them."""

from __future__ import annotations

from ...importing.row_imports import Imports, PublicFields, RowImport, Shows

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
}

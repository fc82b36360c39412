-- Made by the creator for herself, from her own first page: what is granted by it ends at her record, or nowhere.
alter table connect_links add column own boolean not null default false;

-- Up Migration
insert into public.skills (name, description) values
  ('http_call', 'Calls an HTTP endpoint'),
  ('llm_invoke', 'Asks a language model'),
  ('json_transform', 'Reshapes a document');

-- Down Migration
delete from public.skills where name in ('http_call', 'llm_invoke', 'json_transform');

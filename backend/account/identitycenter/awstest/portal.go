package awstest

import (
	"net/http"
	"slices"
	"strconv"
)

// usualPage is how many entries come at once where the client does not say.
const usualPage = 20

// portal serves accounts, roles and their credentials.
func (s *Server) portal(w http.ResponseWriter, r *http.Request, region string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	serve := map[string]struct {
		operation string
		serve     func(*http.Request, string) (any, *refusal)
	}{
		"GET /assignment/accounts":    {ListAccounts, s.accountsLocked},
		"GET /assignment/roles":       {ListAccountRoles, s.rolesLocked},
		"GET /federation/credentials": {GetRoleCredentials, s.credentialsLocked},
		"POST /logout":                {Logout, s.logoutLocked},
	}[r.Method+" "+r.URL.Path]
	if serve.serve == nil || region != s.options.Region {
		writeJSON(w, nil, &refusal{http.StatusNotFound, "UnknownOperationException", "no such operation"})
		return
	}
	if code := s.faultLocked(serve.operation); code != "" {
		writeJSON(w, nil, refuse(code, "as the test wants it"))
		return
	}
	access := r.Header.Get("X-Amz-Sso_bearer_token")
	if known := s.tokens[access]; known == nil || !s.options.Now().Before(known.ends) {
		writeJSON(w, nil, refuse("UnauthorizedException", "Session token not found or invalid"))
		return
	}
	value, refused := serve.serve(r, access)
	writeJSON(w, value, refused)
}

// cut returns a page of a list, and where the next one begins.
func cut[T any](r *http.Request, all []T) ([]T, any) {
	size, err := strconv.Atoi(r.URL.Query().Get("max_result"))
	if err != nil || size < 1 || size > 100 {
		size = usualPage
	}
	size = min(size, usualPage) // so that longer lists come in pages, as they may
	from, _ := strconv.Atoi(r.URL.Query().Get("next_token"))
	from = max(0, min(from, len(all)))
	if from+size >= len(all) {
		return all[from:], nil
	}
	return all[from : from+size], strconv.Itoa(from + size)
}

func (s *Server) accountsLocked(r *http.Request, _ string) (any, *refusal) {
	var accounts []map[string]string
	for _, role := range s.options.Roles {
		if !slices.ContainsFunc(accounts, func(a map[string]string) bool { return a["accountId"] == role.Account }) {
			accounts = append(accounts, map[string]string{"accountId": role.Account, "accountName": role.Name, "emailAddress": role.Email})
		}
	}
	page, next := cut(r, accounts)
	return map[string]any{"accountList": page, "nextToken": next}, nil
}

func (s *Server) rolesLocked(r *http.Request, _ string) (any, *refusal) {
	number := r.URL.Query().Get("account_id")
	var roles []map[string]string
	for _, role := range s.options.Roles {
		if role.Account == number {
			roles = append(roles, map[string]string{"accountId": number, "roleName": role.Role})
		}
	}
	if len(roles) == 0 {
		return nil, refuse("ForbiddenException", "No access")
	}
	page, next := cut(r, roles)
	return map[string]any{"roleList": page, "nextToken": next}, nil
}

func (s *Server) credentialsLocked(r *http.Request, _ string) (any, *refusal) {
	number, name := r.URL.Query().Get("account_id"), r.URL.Query().Get("role_name")
	if !slices.ContainsFunc(s.options.Roles, func(role Role) bool { return role.Account == number && role.Role == name }) {
		return nil, refuse("ForbiddenException", "No access")
	}
	key := s.giveLocked(number+"/"+name, s.life)
	return map[string]any{"roleCredentials": map[string]any{
		"accessKeyId": key.ID, "secretAccessKey": key.secret, "sessionToken": key.SessionToken, "expiration": key.Expires.UnixMilli(),
	}}, nil
}

func (s *Server) logoutLocked(_ *http.Request, access string) (any, *refusal) {
	delete(s.renewal, s.tokens[access].refresh)
	delete(s.tokens, access)
	return map[string]any{}, nil
}
